"""The command itself: where the demo lives, who sits at it, and what is stopped when it ends."""

from __future__ import annotations

import shutil
import signal
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qbconsole.cli.door import Exit, Json, answer, tell

if TYPE_CHECKING:
    from collections.abc import Iterator

DEFAULT_SEED = 7


def register(app: typer.Typer) -> None:
    """Hang the command into the command line."""
    app.command("demo")(demo)


def demo(
    headless: Annotated[
        bool, typer.Option("--headless", help="No screen: a scripted bookkeeper works through it.")
    ] = False,
    seed: Annotated[int, typer.Option(help="The sample business's seed.")] = DEFAULT_SEED,
    size: Annotated[float, typer.Option(min=0.1, help="Its size against the usual.")] = 1.0,
    faults: Annotated[str, typer.Option(help='Faults of the simulator, such as "drop_response=0.05".')] = "",
    home: Annotated[Path | None, typer.Option(help="Keep the demo in this folder; it goes on from there.")] = None,
    posting_window: Annotated[float, typer.Option(min=0, help="Seconds that an approval waits.")] = 1.0,
    as_json: Json = False,
) -> None:
    """Open the console on a sample business, or let a scripted bookkeeper work through a month of it."""
    from qbconsole.cli.demo.servers import Servers

    if not headless:
        from qbconsole.cli.screen import require_terminal

        require_terminal()
    for number in (signal.SIGTERM, signal.SIGHUP):  # what was started is stopped then, too
        signal.signal(number, lambda received, _frame: sys.exit(128 + received))
    with _kept(home) as root, Servers(root, seed=seed, size=size, faults=faults) as servers:
        from qbconsole.cli.demo import play  # while the simulator starts

        book = play.prepare(root, servers, posting_window)
        if not headless:
            raise typer.Exit(play.on_screen(root, book))
        figures = play.headless(root, book, servers, seed)
    wrong = figures.complaints()
    answer(figures.document, figures.lines(), as_json=as_json)
    for complaint in wrong:
        tell(f"qbconsole demo: {complaint}")
    raise typer.Exit(Exit.FAILED if wrong else Exit.DONE)


@contextmanager
def _kept(home: Path | None) -> Iterator[Path]:
    """The demo's folder: the named one, or one that is thrown away."""
    if home is not None:
        folder = home.expanduser().resolve()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        yield folder
        return
    folder = Path(tempfile.mkdtemp(prefix="qbconsole-demo-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
