"""Names of conda's packages on an index of Python packages."""

from __future__ import annotations

import re

_OTHER_NAMES = {
    "pytorch": "torch",
    "pytorch-cpu": "torch",
    "pytorch-gpu": "torch",
    "pytorch-lightning": "pytorch-lightning",
    "matplotlib-base": "matplotlib",
    "py-xgboost": "xgboost",
    "py-xgboost-cpu": "xgboost",
    "libxgboost": "",
    "opencv": "opencv-python",
    "py-opencv": "opencv-python",
    "pytables": "tables",
    "msgpack-python": "msgpack",
    "tensorflow-base": "tensorflow",
    "tensorflow-gpu": "tensorflow",
    "tensorflow-mkl": "tensorflow",
    "psycopg2": "psycopg2-binary",
    "graphviz": "",
    "python-graphviz": "graphviz",
    "seaborn-base": "seaborn",
    "dask-core": "dask",
    "pandas-base": "pandas",
    "numpy-base": "",
    "scikit-learn-intelex": "scikit-learn-intelex",
    "mlflow-base": "mlflow",
    "ray-core": "ray",
    "ray-tune": "ray",
    "shap-base": "shap",
    "importlib_metadata": "importlib-metadata",
    "typing_extensions": "typing-extensions",
}
# What conda has and Python's index has not, or what is not a package of Python.
_ONLY_CONDA = re.compile(
    r"(?:lib|_|ld-|gcc|gxx|gfortran|clang|cuda|cudnn|nccl|magma|xorg|gst|qt(?!py)|vc$|vs\d{4}|ucrt|m2w64|msys2)[\w.-]*"
    r"|python|pip|setuptools|wheel|conda[\w-]*|mamba|mkl(?:[-_][\w-]+)?|blas|openblas|openssl|ca-certificates|readline|sqlite|tk"
    r"|xz|zlib|bzip2|ncurses|icu|intel-openmp|tbb|python_abi|python-abi|pytorch-mutex|cpuonly|cudatoolkit|jpeg|freetype|lcms2|zstd|lz4-c"
    r"|openjpeg|giflib|expat|dbus|fontconfig|glib|pcre|pandoc|nodejs|openjdk|r-[\w.-]+|arrow-cpp|boost-cpp|re2|snappy"
    r"|gflags|glog|grpc-cpp|orc|thrift-cpp|utf8proc|brotli-bin|c-ares|krb5|ffmpeg|x264|nettle|gnutls|lame|git|make|cmake"
    r"|tzdata|krb5|keyutils|hdf5|zeromq|yaml|nspr|nss|unixodbc|appnope|winpty|pywinpty|pywin32|wincertstore|aws-[\w-]+"
)


def on_the_index(name: str) -> str:
    """The name of a conda package on an index of Python packages; empty where it has none there."""
    if name in _OTHER_NAMES:
        return _OTHER_NAMES[name]
    return "" if _ONLY_CONDA.fullmatch(name) else name
