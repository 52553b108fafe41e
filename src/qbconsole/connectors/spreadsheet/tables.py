"""The files of the folder: read as tables of text, written whole or not at all."""

from __future__ import annotations

import csv
import hashlib
import io
import os
import re
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from qbconsole.connectors.spreadsheet.cells import unescaped
from qbconsole.domain.errors import Configuration, Retriable
from qbconsole.domain.text import export_cell

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_NUMBER = re.compile(r"-?\d+(\.\d+)?")

ENCODINGS = ("utf-8-sig", "cp1252")
"""Excel writes either, by the kind of CSV that was chosen."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a file: its number as an editor counts it, and its cells by column."""

    file: str
    line: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


@dataclass(frozen=True, slots=True)
class Table:
    """A file: its rows, and whether its numbers have a decimal comma."""

    name: str
    rows: tuple[Row, ...] = ()
    decimal_comma: bool = False


def read_bytes(path: Path) -> bytes:
    """The bytes of a file; none if it is not there.

    Raises:
        Retriable: it cannot be read now (another program may hold it).
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise Retriable(f"{path.name} cannot be read ({error.strerror}).", next_step="Close it in Excel.") from error


def digest(*contents: bytes) -> str:
    """What identifies the state of some files."""
    return hashlib.sha256(b"\x1f".join(hashlib.sha256(content).digest() for content in contents)).hexdigest()


def parse(name: str, content: bytes, columns: Sequence[str]) -> Table:
    """A table from a file's bytes; blank lines are left out, columns may stand in any order.

    Raises:
        Configuration: a column is missing.
    """
    if not content:
        return Table(name)
    text = _decoded(content)
    head = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    header = [cell.strip().lower() for cell in next(reader, [])]
    if missing := [column for column in columns if column not in header]:
        raise Configuration(
            f"{name} has no column named {', '.join(missing)}.",
            next_step=f"Its first line must name: {', '.join(columns)}.",
        )
    rows: list[Row] = []
    line = reader.line_num
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                named = {column: cell.strip() for column, cell in zip(header, cells, strict=False)}
                rows.append(Row(name, line + 1, named))
            line = reader.line_num
    except csv.Error as error:
        raise Configuration(f"{name} line {line + 1} is no CSV: {error}.", next_step="Save it as CSV again.") from error
    return Table(name, tuple(rows), decimal_comma=delimiter == ";")


def _decoded(content: bytes) -> str:
    for encoding in ENCODINGS:
        with suppress(UnicodeDecodeError):
            return content.decode(encoding)
    return content.decode("utf-8", errors="replace")


def write(path: Path, columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> None:
    """Replace a file of ours by these rows, at once: a reader sees the old one or the new one, also after a crash.

    Raises:
        Retriable: it could not be written; the old one is still there.
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(columns)
    writer.writerows([_guarded(row.get(column, "")) for column in columns] for row in rows)
    try:
        _replace(path, buffer.getvalue().encode())
    except OSError as error:
        raise Retriable(
            f"{path.name} cannot be written ({error.strerror}).", next_step="Close it in Excel, or free the folder."
        ) from error


def _guarded(cell: str) -> str:
    """Text that no spreadsheet takes for a formula; a number stays one."""
    return cell if _NUMBER.fullmatch(cell) else export_cell(cell)


def _replace(path: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-", suffix=".tmp")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def read_ours(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    """The rows of a file of ours, as they were before `write` guarded them against formulas."""
    table = parse(path.name, read_bytes(path), columns)
    return [{column: unescaped(row[column]) for column in columns} for row in table.rows]
