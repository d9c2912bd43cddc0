"""``python -m bis``."""

import os
import sys

if __name__ == "__main__":
    try:
        here = os.getcwd()  # noqa: PTH109 (pathlib might be the user's)
    except OSError:  # it was removed
        here = ""
    # `-m` puts the working directory first, where a user's json.py would hide that of the standard library.
    if sys.path[:1] == [here]:
        del sys.path[0]
    from bis.cli.main import command

    command()
