def log_param(key, value):
    """Log a parameter."""


def autolog():
    """Switch it on."""
