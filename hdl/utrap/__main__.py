"""`python -m utrap` is the command `utrap`."""

import sys

from utrap.command_line.cli import main

if __name__ == "__main__":
    sys.exit(main())
