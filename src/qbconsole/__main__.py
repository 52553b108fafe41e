"""`python -m qbconsole`."""

from __future__ import annotations

import sys

from qbconsole.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
