"""The version of bis, in a module that imports nothing: what is needed everywhere must not lead everywhere."""

__version__ = "0.1.0"
