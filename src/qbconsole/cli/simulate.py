"""`qbconsole simulate`: serve the simulator."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Hang the command into the command line."""
    app.command("simulate")(simulate)


def simulate(
    port: Annotated[int, typer.Option(help="The port; 0 takes any free one.")] = 0,
    seed: Annotated[int, typer.Option(help="The sample business's seed.")] = 7,
    size: Annotated[float, typer.Option(help="Its size against the usual.")] = 1.0,
    faults: Annotated[str, typer.Option(help='Such as "drop_response=0.05,throttle=3x@create_invoice".')] = "",
    switch: Annotated[
        list[str] | None, typer.Option(help="NAME=VALUE, a reading of the vendors' documents; may be repeated.")
    ] = None,
    home: Annotated[Path | None, typer.Option(help="Keep the business in this folder.")] = None,
) -> None:
    """Serve QuickBooks Online and HubSpot with a business behind them; the first line says where."""
    from qbconsole.simulator.__main__ import main

    words = ["--port", str(port), "--seed", str(seed), "--size", str(size), "--faults", faults]
    words += [word for one in switch or [] for word in ("--switch", one)]
    raise typer.Exit(main([*words, "--home", str(home)] if home else words))
