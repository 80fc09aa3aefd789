"""The compiled kernels as a module that Python can find; ``index.kernels`` calls them."""
