"""What the portal works out by itself from a record's values (hubspot.md 2)."""

from __future__ import annotations

import re
from decimal import Context, Decimal, localcontext
from typing import TYPE_CHECKING, Any

from qbconsole.simulator.hubspot import times
from qbconsole.simulator.hubspot.objects import KINDS
from qbconsole.simulator.hubspot.values import binary

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from qbconsole.simulator.hubspot.pipelines import Pipelines

Values = dict[str, Any]

_WIDE = Context(prec=100)
"""Enough digits for the exact expansion of a double times an amount."""


def calculated(kind: str, values: Values, pipelines: Pipelines, now: datetime) -> Values:
    """The calculated values of a record after a write at `now`; None means that it has none."""
    if kind == "deals":
        return _deal(values, pipelines)
    return _BY_KIND[kind](values, now) if kind in _BY_KIND else {}


def _deal(values: Values, pipelines: Pipelines) -> Values:
    """`hs_is_closed` is missing on a deal without a stage and on one that was never closed (hubspot.md 9, 21)."""
    amount = values.get("amount") or None
    result: Values = {"amount_in_home_currency": amount}
    stage = pipelines.stage(values.get("pipeline") or "", values.get("dealstage") or "")
    if stage is None:
        return result
    probability = stage["metadata"].get("probability", "0")
    closed = stage["metadata"].get("isClosed") == "true"
    won = closed and Decimal(probability) == 1
    projected = _times(amount, binary(probability)) if amount else None
    closed_amount = (amount if won else "0") if amount else None
    return result | {
        "hs_is_closed": "true" if closed else ("false" if values.get("hs_is_closed") else None),
        "hs_is_closed_won": _flag(won),
        "hs_is_closed_lost": _flag(closed and not won),
        "hs_is_open_count": "0" if closed else "1",
        "hs_deal_stage_probability": binary(probability),
        "hs_projected_amount": projected,
        "hs_projected_amount_in_home_currency": projected,
        "hs_closed_amount": closed_amount,
        "hs_closed_amount_in_home_currency": closed_amount,
        "hs_closed_won_count": "1" if won else "0",
        "days_to_close": _days_to_close(values) if closed else None,
    }


def _days_to_close(values: Values) -> str | None:
    if not values.get("closedate") or not values.get("createdate"):
        return None
    days = (times.parse(values["closedate"]) - times.parse(values["createdate"])).days
    return str(max(days, 0))


def _line_item(values: Values, _now: datetime) -> Values:
    """amount = quantity x (price - discount per unit), less the discount percentage."""
    price, quantity = values.get("price"), values.get("quantity")
    if not price or not quantity:
        return {"amount": None}
    with localcontext(_WIDE):
        unit = Decimal(price) - Decimal(values.get("discount") or 0)
        share = 1 - Decimal(values.get("hs_discount_percentage") or 0) / 100
        amount = unit * Decimal(quantity) * share
    return {"amount": _plain(amount)}


def _contact(values: Values, _now: datetime) -> Values:
    email = values.get("email") or ""
    name = " ".join(part for part in (values.get("firstname"), values.get("lastname")) if part)
    return {"hs_email_domain": email.partition("@")[2] or None, "hs_full_name_or_email": name or email or None}


def _task(values: Values, now: datetime) -> Values:
    completed = values.get("hs_task_status") == "COMPLETED"
    due = times.parse(values["hs_timestamp"])
    finished = values.get("hs_task_completion_date") or times.stamp(now)
    return {
        "hs_task_is_completed": "1" if completed else "0",
        "hs_task_completion_date": finished if completed else None,
        "hs_task_is_overdue": _flag(not completed and due < now),
        **_engagement("tasks", values, "hs_task_body"),
    }


def _note(values: Values, _now: datetime) -> Values:
    return _engagement("notes", values, "hs_note_body")


def _engagement(kind: str, values: Values, body: str) -> Values:
    preview = re.sub(r"<[^>]*>", "", values.get(body) or "").strip()
    return {
        "hs_body_preview": preview or None,
        "hs_obj_coords": f"{KINDS[kind].type_id}-{values['hs_object_id']}",
    }


_PUBLISHED = frozenset({"APPROVAL_NOT_NEEDED", "APPROVED", "ACCEPTED"})


def _quote(values: Values, _now: datetime) -> Values:
    """A published quote is locked and has its pages."""
    if values.get("hs_status") not in _PUBLISHED:
        return {"hs_locked": "false", "hs_quote_link": None, "hs_pdf_download_link": None, "hs_public_url_key": None}
    key = f"{int(values['hs_object_id']):x}"
    return {
        "hs_locked": "true",
        "hs_public_url_key": key,
        "hs_quote_link": f"https://app.hubspot.com/quotes/{key}",
        "hs_pdf_download_link": f"https://app.hubspot.com/quotes/{key}.pdf",
    }


_BY_KIND: dict[str, Callable[[Values, datetime], Values]] = {
    "line_items": _line_item,
    "contacts": _contact,
    "tasks": _task,
    "notes": _note,
    "quotes": _quote,
}


def _times(amount: str, factor: str) -> str:
    with localcontext(_WIDE):
        return format(Decimal(amount) * Decimal(factor), "f")


def _plain(number: Decimal) -> str:
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _flag(truth: bool) -> str:
    return "true" if truth else "false"
