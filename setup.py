"""The compiled part of the package; everything else is in ``pyproject.toml``.

``CC`` and ``CFLAGS`` name the compiler and its options, as for any setuptools extension.
"""

from pathlib import Path

from Cython.Build import cythonize
from setuptools import Extension, setup

KERNELS = Path("index") / "kernels"

binding = Extension(
    "index.kernels.binding",
    sources=[str(KERNELS / "binding.pyx"), *sorted(map(str, KERNELS.glob("*.c")))],
    depends=sorted(map(str, KERNELS.glob("*.h"))),
    include_dirs=[str(KERNELS)],
    libraries=["m"],
    # No option for this machine's own processor: an environment may move to another.
    extra_compile_args=["-std=c99", "-O3"],
)

setup(ext_modules=cythonize([binding], build_dir="build", language_level=3))
