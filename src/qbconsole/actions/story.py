"""The journal in plain words: what was decided, by whom, what was shown, what was sent, what the remote answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from qbconsole.domain.money import spoken
from qbconsole.domain.operations import OPERATIONS
from qbconsole.domain.text import SafeText, safe_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

SYSTEMS = {"accounting": "QuickBooks", "crm": "the CRM"}
FORGOTTEN = "what it said was erased: somebody was forgotten"
_SKIPPED = ("payload_hash", "revision", "lines", "links")
"""Fields of a record whose change a person does not read."""


@dataclass(frozen=True, slots=True)
class Told:
    """One event in words. `tone` is plain, dim, good, warn or bad; `details` are lines below it."""

    id: int
    at: datetime
    words: SafeText
    details: tuple[SafeText, ...]
    tone: str
    decision_id: int | None
    operation_id: int | None


def tell(event: dict[str, Any]) -> Told:
    """One event in words; of an erased one only that it was."""
    body = event["body"]
    words, details, tone = (FORGOTTEN, [], "dim") if body is None else _TELLERS.get(event["kind"], _other)(event, body)
    name = f"L{event['operation_id']} " if event["operation_id"] and event["kind"] != "decision" else ""
    lines = tuple(safe_text(line) for line in details if line)
    ids = event["decision_id"], event["operation_id"]
    return Told(event["id"], event["at"], safe_text(f"{name}{words}"), lines, tone, *ids)


def story(events: Iterable[dict[str, Any]]) -> Iterator[Told]:
    """Events in words; a step that the receipt beside it tells is left out."""
    return (tell(one) for one in events if (one["body"] or {}).get("to") != "settled")


_Words = tuple[str, list[str], str]


def _decision(event: dict[str, Any], body: dict[str, Any]) -> _Words:
    actor = body["actor"]
    details = [f"because: {body['note']}" if body["note"] else ""]
    if body.get("undoes"):
        details.append(f"takes D{body['undoes']} back")
    details += _shown(body.get("shown"))
    details.append(f"by the rules {body['rules'][:8]}")
    return f"D{event['decision_id']} {actor['name']} ({actor['origin']}): {body['words']}", details, "bright"


def _shown(shown: dict[str, Any] | None) -> Iterator[str]:
    """What was on the screen, a line for each fact."""
    if not shown:
        return
    yield f"shown: {shown['headline']}"
    for title, facts in shown["sections"]:
        for label, value, source in facts:
            yield f"  {title}: {label} {value}" + (f" ({source})" if source else "")
    if shown["undo"]:
        yield f"  undo: {shown['undo']}"


def _operation(_event: dict[str, Any], body: dict[str, Any]) -> _Words:
    if "to" in body:
        return _move(body)
    system = SYSTEMS.get(OPERATIONS[body["kind"]].system, "")
    due = (
        datetime.fromisoformat(body["due_at"]).astimezone() if body["state"] == "waiting" and "due_at" in body else None
    )
    window = f"; waits until {due:%H:%M:%S}" if due else ""
    return (
        f"to do in {system}: {describe(body['kind'], body['body'])}{window}",
        [f"request {body['request_id']}"],
        "plain",
    )


_UNSURE = {
    "parked": "is looked for, and sent again if it is not there",
    "unknown": "was not found there yet; it is looked for again",
}
"""Words for an outcome that is still unknown, by the state before."""


def _move(body: dict[str, Any]) -> _Words:
    problem = " ".join(part for part in (body.get("problem"), body.get("next_step")) if part)
    told = {
        "claimed": (f"is sent, attempt {body.get('attempts', '')}", "plain"),
        "unknown": (
            _UNSURE.get(body["from"], f"no sure answer: it is looked for before it is sent again. {problem}"),
            "warn",
        ),
        "pending": (f"is sent again. {problem}", "warn"),
        "parked": (f"parked, a person must look: {problem}", "bad"),
        "cancelled": ("given up; it is not sent", "dim"),
        "settled": ("done", "good"),
    }
    words, tone = told.get(body["to"], (body["to"], "plain"))
    return words.strip(), [f"code {body['code']}" if body.get("code") else ""], tone


def _receipt(_event: dict[str, Any], body: dict[str, Any]) -> _Words:
    what = f"as {body['number']} (id {body['remote_id']})" if body.get("number") else f"as id {body['remote_id']}"
    kind = body.get("kind", "it").replace("_", " ")
    words = f"{kind} was found done, {what}" if body.get("found") else f"{kind} is done, {what}"
    details = [body.get("notice", "")]
    details += _differences(body.get("before"), body.get("after"))
    if body.get("reference"):
        details.append(f"the remote's reference {body['reference']}")
    return f"{words}, gone there" if body.get("gone") else words, details, "good"


def _differences(before: dict[str, Any] | None, after: dict[str, Any] | None) -> Iterator[str]:
    """What a write changed, field by field; of a new record what it is."""
    if not after:
        return
    if not before:
        names = ("type", "name", "posted_on", "due_on", "total", "tax", "balance", "currency")
        yield "it is: " + ", ".join(f"{name} {after[name]}" for name in names if after.get(name))
        return
    for name, value in after.items():
        if before.get(name) != value and name not in _SKIPPED:
            yield f"{name}: {_plain(before.get(name))} -> {_plain(value)}"


def _plain(value: Any) -> str:
    return "nothing" if value in ("", None, [], {}) else " ".join(str(value).split())


def _forget(_event: dict[str, Any], body: dict[str, Any]) -> _Words:
    actor = body["actor"]
    return (
        f"{actor['name']} ({actor['origin']}): {body['words']}",
        [f"{len(body['erased'])} events were erased"],
        "warn",
    )


def _other(event: dict[str, Any], body: dict[str, Any]) -> _Words:
    return f"{event['kind']}: {body.get('words', '')}", [], "plain"


_TELLERS: dict[str, Callable[[dict[str, Any], dict[str, Any]], _Words]] = {
    "decision": _decision,
    "operation": _operation,
    "receipt": _receipt,
    "forget": _forget,
}


def describe(kind: str, body: dict[str, Any]) -> str:
    """An operation in words, from its stored body."""
    if kind in _DESCRIBED:
        return _DESCRIBED[kind](body)
    about = next(
        (str(body[name]) for name in ("document_id", "customer_id", "deal_id", "company_id") if body.get(name)), ""
    )
    return f"{kind.replace('_', ' ')} {about}".strip()


def _document(body: dict[str, Any]) -> str:
    amount = sum((Decimal(line["amount"]) for line in body["lines"]), Decimal(0))
    kind, over = body["type"].replace("_", " "), f"{spoken(amount, body['currency'])} {body['currency']} before tax"
    takes_back = f", takes {body['reverses']} back" if body["reverses"] else ""
    return f"make {kind} over {over}, dated {body['posted_on']}{takes_back}"


def _stamp(body: dict[str, Any]) -> str:
    values = dict(body["values"])
    told = ", ".join(
        f"{name.removeprefix('qbc_')} {values[name]}" for name in ("qbc_status", "qbc_balance") if name in values
    )
    return f"write on deal {body['deal_id']}: {told or 'nothing'}"


_DESCRIBED: dict[str, Callable[[dict[str, Any]], str]] = {
    "create_document": _document,
    "create_customer": lambda body: f"make customer {body['name']}",
    "tag_customer": lambda body: f"{'take away' if body['remove'] else 'add'} the line {body['tag']!r} in the notes",
    "stamp_deal": _stamp,
    "stamp_company": lambda body: f"write on company {body['company_id']}: customer {body['customer_id'] or 'none'}",
    "create_task": lambda body: f"make task {body['subject']!r}",
}
