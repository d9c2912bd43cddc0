"""bis: would we get this experiment again?"""

__version__ = "0.1.0"
