"""`python -m qbconsole.runner --home DIR`: the runner's process, as a door starts it."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from qbconsole.books.home import home
from qbconsole.domain.errors import Problem
from qbconsole.runner.process import main

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="qbconsole.runner", description="Runs every book of a home.")
    parser.add_argument("--home", type=Path, default=None, help="the folder that holds all books")
    parser.add_argument("--book", action="append", default=[], help="only this book; may be given several times")
    arguments = parser.parse_args()
    os.umask(0o077)
    try:
        main(arguments.home or home(), arguments.book)
    except Problem as problem:
        sys.stderr.write(f"qbconsole.runner: {problem}\n")
        sys.exit(problem.exit_code)
