"""The hash chain: what seals an event, and the proof that none was changed, moved or removed.

Verification reads the stored bytes, not values made of them: a flipped byte that still reads the same is found, too.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qbconsole.domain.canonical import digest
from qbconsole.store import journal as rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy import Connection

FORGET = "forget"
"""The kind of the event that names those whose content was erased."""
_ENCODE = json.JSONEncoder(ensure_ascii=False).encode


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain at one time: kept elsewhere it is the witness of everything before it."""

    event_id: int
    digest: str


START = Head(0, "")


def head(connection: Connection) -> Head:
    """The newest event and its digest, which covers all before it."""
    found = rows.newest(connection)
    return Head(*found) if found else START


def seal(header: Mapping[str, Any], at: str) -> str:
    """The digest of an event: over the previous one, its header, and the digests of its content and subjects.

    Args:
        header: kind, decision_id, operation_id, content_digest, subjects_digest, previous.
        at: when, as ISO text in UTC.
    """
    parts = [header["previous"], header["kind"], at, header["decision_id"], header["operation_id"]]
    parts.append(header["content_digest"])
    if header["subjects_digest"]:
        parts.append(header["subjects_digest"])
    return hashlib.sha256("\x1f".join(map(_ENCODE, parts)).encode()).hexdigest()


def verify(connection: Connection, *, since: Head = START, witness: Head | None = None) -> str:
    """An empty text when the chain holds, else the plain sentence that names the first event that does not.

    Args:
        connection: the book's database.
        since: an event up to which the chain was verified before: only what came after it is read.
        witness: a head that was kept elsewhere; a chain that ends before it, or differs there, lost its tail.
    """
    wrong = _witnessed(connection, since) or (_witnessed(connection, witness) if witness else "")
    if wrong:
        return wrong
    previous, expected_id = since.digest, since.event_id + 1
    missing: set[int] = set()
    subjects = _subjects(connection, since.event_id)
    next_subjects = next(subjects, None)
    for event in rows.raw_chain(connection, since.event_id):
        about: list[str] = []
        if next_subjects and next_subjects[0] <= event["id"]:
            about, next_subjects = next_subjects[1], next(subjects, None)
        wrong = wrong_link(event, previous, expected_id) or wrong_content(event, about)
        if wrong:
            return wrong
        if event["body"] is None:
            missing.add(event["id"])
        elif event["kind"] == FORGET:
            missing -= set(json.loads(event["body"])["erased"])
        previous, expected_id = event["digest"], event["id"] + 1
    return _strays(connection, missing, nobody=next_subjects)


def wrong_link(event: Mapping[str, Any], previous: str, expected_id: int) -> str:
    """Why an event does not follow from the one before it; empty if it does."""
    sealed = seal(event, _iso(event["at"]))
    if event["id"] == expected_id and event["previous"] == previous and event["digest"] == sealed:
        return ""
    return f"Journal event {event['id']} breaks the chain: it or one before it was changed or removed."


def wrong_content(event: Mapping[str, Any], subjects: list[str]) -> str:
    """Why what an event says is not what its digests cover; empty if it is."""
    body = event["body"]
    if body is not None and hashlib.sha256(body.encode()).hexdigest() != event["content_digest"]:
        return f"Journal event {event['id']} does not match its digest: its content was changed."
    if event["subjects_digest"] and digest(subjects) != event["subjects_digest"]:
        return f"Journal event {event['id']} does not match its digest: the records that it is about were changed."
    return ""


def _witnessed(connection: Connection, known: Head) -> str:
    """Why the chain does not hold an event that was its end once; empty if it does."""
    if known.event_id == 0:
        return ""
    found = rows.digest_of(connection, known.event_id)
    if found is None:
        end = head(connection).event_id
        return f"Journal event {known.event_id} is missing: the journal ends at {end}, its tail was removed."
    if found != known.digest:
        return f"Journal event {known.event_id} is not the one that was noted: the journal was replaced from before it."
    return ""


def _subjects(connection: Connection, after: int) -> Iterator[tuple[int, list[str]]]:
    """The subjects of each event that has any, in order."""
    event_id, about = 0, list[str]()
    for one, subject in rows.raw_subjects(connection, after):
        if one != event_id and about:
            yield event_id, about
            about = []
        event_id = one
        about.append(subject)
    if about:
        yield event_id, about


def _strays(connection: Connection, missing: set[int], *, nobody: tuple[int, list[str]] | None) -> str:
    """What is left over at the end of the chain: content that nobody erased, content or subjects of no event."""
    if missing:
        return f"Journal event {min(missing)} has no content, and no event says that it was erased."
    stray = rows.stray_content(connection)
    if stray is None and nobody:
        stray = nobody[0]
    return "" if stray is None else f"Journal event {stray} does not exist, but something is stored for it."


def _iso(stored: str) -> str:
    """An instant as it was sealed, from its stored text; what is no such text is sealed by nothing."""
    if len(stored) != 27 or stored[-1] != "Z":
        return ""
    return f"{stored[:19]}{'' if stored[19:26] == '.000000' else stored[19:26]}+00:00"
