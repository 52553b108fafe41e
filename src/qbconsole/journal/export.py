"""The journal as a file of JSON lines that proves itself: every event with its digests, and a last line over all bytes.

The first line says whose it is; then comes one line an event, in order; the last line holds the number of events, the
chain's head and the SHA-256 of every byte before it.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qbconsole.domain.canonical import canonical, digest
from qbconsole.domain.errors import Configuration, Fatal
from qbconsole.journal.chain import FORGET, START, Head, seal
from qbconsole.store import journal as rows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection

FORMAT = "qbconsole journal 1"
_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of verifying a file: empty words when it holds, and how far it does."""

    words: str
    head: Head


def export(connection: Connection, book: str, file: Path) -> Head:
    """Write the journal to a new file of its owner's alone; returns the head that it ends with.

    Raises:
        Configuration: the file is there already, or its folder is not.
        Fatal: it cannot be written.
    """
    try:
        opened = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError as there:
        raise Configuration(f"{file} is there already.", next_step="Name another file.") from there
    except OSError as refused:
        raise Configuration(f"{file} cannot be made: {refused.strerror}.", next_step="Name another file.") from refused
    try:
        with os.fdopen(opened, "wb") as stream:
            seen = hashlib.sha256()
            for line in _lines(connection, book):
                seen.update(line)
                stream.write(line)
            end = rows.newest(connection) or (0, "")
            stream.write(_line({"events": end[0], "head": end[1], "sha256": seen.hexdigest()}))
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as full:
        file.unlink(missing_ok=True)
        raise Fatal(f"{file} cannot be written: {full.strerror}.", next_step="Free space, then try again.") from full
    return Head(*end)


def _lines(connection: Connection, book: str) -> Iterator[bytes]:
    yield _line({"format": FORMAT, "book": book})
    last = (rows.newest(connection) or (0, ""))[0]
    for start in range(1, last + 1, _AT_ONCE):
        wanted = range(start, min(start + _AT_ONCE, last + 1))
        about = rows.subjects_of(connection, wanted)
        for event in rows.by_ids(connection, wanted):
            at = event["at"].isoformat()
            yield _line({**event, "at": at, "subjects": about.get(event["id"], [])})


def _line(value: dict[str, Any]) -> bytes:
    return f"{canonical(value)}\n".encode()


def verify_export(file: Path) -> Checked:
    """Check an exported file: every byte of it, every digest, and the chain from its first event to its head.

    Raises:
        Configuration: the file cannot be read, or is no export of a journal.
    """
    try:
        lines = file.read_bytes().splitlines(keepends=True)
    except OSError as refused:
        raise Configuration(f"{file} cannot be read: {refused.strerror}.", next_step="Name another file.") from refused
    first = _read(lines[0]) if lines else None
    if first is None or first.get("format") != FORMAT:
        raise Configuration(f"{file} is no export of a journal.", next_step="Make one: qbconsole journal export FILE")
    reached, missing = START, set[int]()
    for number, line in enumerate(lines[1:-1], 2):
        event = _read(line)
        words = f"Line {number} is damaged." if event is None else _wrong(event, reached)
        if event is None or words:
            return Checked(words, reached)
        if event["body"] is None:
            missing.add(event["id"])
        elif event["kind"] == FORGET:
            missing -= set(event["body"]["erased"])
        reached = Head(event["id"], event["digest"])
    lost = f"Journal event {min(missing)} has no content, and no event says that it was erased." if missing else ""
    return Checked(_wrong_end(lines, reached) or lost, reached)


def _read(line: bytes) -> dict[str, Any] | None:
    """The value of a line; None unless it is, byte for byte, the one line that says this value."""
    try:
        value = json.loads(line)
        same = isinstance(value, dict) and _line(value) == line
    except (ValueError, TypeError, RecursionError):
        return None
    return value if same else None


def _wrong(event: dict[str, Any], before: Head) -> str:
    """Why an event is not what its digests cover, or does not follow; empty if all is well."""
    try:
        follows = event["id"] == before.event_id + 1 and event["previous"] == before.digest
        follows = follows and event["digest"] == seal(event, event["at"])
        says = event["body"] is None or digest(event["body"]) == event["content_digest"]
        about = not event["subjects_digest"] or digest(event["subjects"]) == event["subjects_digest"]
    except (KeyError, TypeError):
        return f"The event after {before.event_id} is damaged."
    if not follows:
        return f"Journal event {event['id']} breaks the chain: it or one before it was changed or removed."
    return "" if says and about else f"Journal event {event['id']} does not match its digest: its content was changed."


def _wrong_end(lines: list[bytes], reached: Head) -> str:
    end = _read(lines[-1])
    if end is None or set(end) != {"events", "head", "sha256"} or len(lines) < 2:
        return f"The file is cut: it has no last line after event {reached.event_id}."
    if (end["events"], end["head"]) != (reached.event_id, reached.digest):
        return f"The file ends at event {reached.event_id}, its last line says {end['events']}."
    if end["sha256"] != hashlib.sha256(b"".join(lines[:-1])).hexdigest():
        return "The file was changed: its last line does not match its bytes."
    return ""
