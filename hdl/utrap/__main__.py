"""`python -m utrap` is the command `utrap`."""

import sys

from utrap.cli import main

if __name__ == "__main__":
    sys.exit(main())
