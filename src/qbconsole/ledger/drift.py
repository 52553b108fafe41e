"""Which of the book's rules are paused, since what they use of the CRM has drifted; and how the CRM was before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qbconsole.books.drift import STAMP, Finding, Snapshot, Use, came_from, drift, uses
from qbconsole.domain.canonical import as_json, digest
from qbconsole.domain.operations import rebuild
from qbconsole.domain.records import Deal, FieldDefinition, Stage
from qbconsole.store import facts, mirror

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from qbconsole.books.book import Book

_BASELINE, _FINDINGS = "crm_baseline", "crm_drift"
KINDS = ("deals", "companies")
"""The kinds of record whose properties rules use."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a comparison found: everything, what is new of it, and what is mended since the one before."""

    findings: tuple[Finding, ...] = ()
    new: tuple[Finding, ...] = ()
    mended: tuple[Finding, ...] = ()


def findings(connection: Connection) -> tuple[Finding, ...]:
    """What drifted, as the last comparison found it."""
    return tuple(rebuild(Finding, one) for one in facts.get(connection, _FINDINGS) or ())


def stamps_paused(connection: Connection) -> bool:
    """Whether nothing may be written back to deals."""
    return any(one.rule == STAMP for one in findings(connection))


def compare(connection: Connection, book: Book) -> Change:
    """Compare the CRM in the mirror with what each rule last fitted, and keep the result; on a writing connection.

    A rule that fits makes the CRM as it is now its own measure; so does one that was rewritten since.
    """
    now = _now(connection)
    if not now.definitions and not now.stages:
        return Change()
    before, known = findings(connection), facts.get(connection, _BASELINE) or {}
    kept, found = {}, list[Finding]()
    for rule, used in _by_rule(uses(book.rules, book.settings)).items():
        measure = known.get(rule, {})
        fitted = rebuild(Snapshot, measure["snapshot"]) if measure.get("uses") == digest(used) else now
        drifted = drift(used, fitted, now, _deals(connection, fitted, now))
        found += drifted
        snapshot = _used(used, now) if not drifted or fitted is now else fitted
        kept[rule] = {"uses": digest(used), "snapshot": as_json(snapshot)}
    if kept != known:
        facts.put(connection, _BASELINE, kept)
    if tuple(found) != before:
        facts.put(connection, _FINDINGS, as_json(found))
    new, mended = (one for one in found if one not in before), (one for one in before if one not in found)
    return Change(tuple(found), tuple(new), tuple(mended))


def accept(connection: Connection) -> tuple[Finding, ...]:
    """Let every rule fit the CRM as it is from the next comparison on; returns what was accepted."""
    accepted = findings(connection)
    facts.put(connection, _BASELINE, {})
    facts.put(connection, _FINDINGS, [])
    return accepted


def _now(connection: Connection) -> Snapshot:
    definitions = mirror.every(connection, FieldDefinition, object=KINDS)
    return Snapshot(tuple(mirror.every(connection, Stage)), tuple(definitions))


def _used(used: Sequence[Use], now: Snapshot) -> Snapshot:
    """What is worth keeping of a snapshot: the stages, and the definitions in use."""
    names = {use.name for use in used if use.property}
    definitions = tuple(one for one in now.definitions if one.id in names)
    return Snapshot(() if len(names) == len(used) else now.stages, definitions)


def _by_rule(used: Sequence[Use]) -> dict[str, tuple[Use, ...]]:
    return {rule: tuple(use for use in used if use.rule == rule) for rule in dict.fromkeys(use.rule for use in used)}


def _deals(connection: Connection, before: Snapshot, now: Snapshot) -> list[Deal]:
    """The deals that stand in stages that are gone, or came from there."""
    live = {stage.id for stage in now.stages}
    gone = [stage.id for stage in before.stages if stage.id not in live]
    if not gone:
        return []
    return [deal for deal in mirror.every(connection, Deal) if deal.stage_id in gone or came_from(deal, gone)]
