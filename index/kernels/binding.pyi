# The functions are called through index.kernels.
