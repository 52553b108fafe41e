"""The schema's versions. Each is literal SQL, run whole in one transaction; a newer file is refused."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from qbconsole.domain.errors import Fatal
from qbconsole.domain.failpoints import failpoint

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from qbconsole.store.engine import Store

HEAD = "0003"
"""The schema that this code knows; `versions/` holds the way there."""
_ONE_AT_A_TIME = threading.Lock()  # Alembic keeps the migration under way in global variables


def prepare(store: Store) -> None:
    """Bring a book's database to `HEAD`: make it, migrate it (after a copy was put aside), or leave it as it is.

    Raises:
        Fatal: the database was made by a newer qbconsole.
    """
    _private(store.path)
    version = current(store)
    if version == HEAD:
        return
    if version and version > HEAD:
        raise Fatal(
            f"The database {store.path} was made by a newer qbconsole (schema {version}; this one knows {HEAD}).",
            next_step="Install that version or a later one.",
        )
    if version:
        _put_aside(store)
    with _ONE_AT_A_TIME, store.writing() as connection:
        _upgrade(connection)
        failpoint("migrate.step")


def _private(path: Path) -> None:
    """The file is made for its owner alone before SQLite opens it; SQLite gives -wal and -shm the same mode."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def _put_aside(store: Store) -> None:
    """A whole copy of the file as it is, beside it; one that a broken migration left is made anew."""
    copy = store.path.with_suffix(f".before-{HEAD}.db")
    copy.unlink(missing_ok=True)
    _private(copy)
    store.copy_to(copy)


def run_beside(version: str) -> None:
    """Run the statements, parted by blank lines, of the SQL file beside a version's own."""
    from alembic import op

    for statement in Path(version).with_suffix(".sql").read_text(encoding="utf-8").split("\n\n"):
        if statement.strip():
            op.get_bind().exec_driver_sql(statement)


def current(store: Store) -> str:
    """The schema's version, read with plain SQL; empty for a new file."""
    with store.reading() as connection:
        known = connection.exec_driver_sql("SELECT 1 FROM sqlite_schema WHERE name = 'alembic_version'").first()
        if not known:
            return ""
        return str(connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one_or_none() or "")


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
