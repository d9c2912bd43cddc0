"""``python -m bis``."""

import sys

from bis.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
