"""`python -m qbconsole.simulator`: serves the simulator; its first line says where and with which credentials."""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path

from qbconsole.simulator import switches
from qbconsole.simulator.faults import specification


def _arguments(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="qbconsole simulate", description=__doc__)
    parser.add_argument(
        "--port", type=int, default=0, help="0, the default: the port of before if it is free, else any"
    )
    parser.add_argument("--seed", type=int, default=7, help="of the business and of the faults")
    parser.add_argument("--size", type=float, default=1.0, help="of the business; 1 is about 400 companies")
    parser.add_argument("--faults", default="", metavar="SPEC", help="such as drop_response=0.05,throttle=3x@query")
    parser.add_argument(
        "--switch",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a reading of the vendors' documents, see docs/simulator.md; may be repeated",
    )
    parser.add_argument("--home", type=Path, default=None, metavar="DIR", help="where it is kept; none: in memory")
    return parser.parse_args(words)


def main(words: list[str] | None = None) -> int:
    """Serve until told to stop; 0 then, 2 for wrong usage, 1 when it cannot start."""
    arguments = _arguments(words)
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        specification.parse(arguments.faults)
        turned = switches.parse(arguments.switch)
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    from qbconsole.simulator.server import HomeInUse, serve

    try:
        serve(
            arguments.port,
            home=arguments.home,
            seed=arguments.seed,
            size=arguments.size,
            faults=arguments.faults,
            switches=turned,
        )
    except (HomeInUse, OSError) as error:
        sys.stderr.write(f"cannot start: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
