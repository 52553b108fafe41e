"""Which shared fields of a linked pair moved away from what was agreed. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qbconsole.ledger.links import SHARED_FIELDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qbconsole.ledger.links import Link


@dataclass(frozen=True, slots=True)
class Difference:
    """One shared field of one pair: what was agreed, what both sides say now, whose it is by the rules."""

    company_id: str
    customer_id: str
    field: str
    name: str
    agreed: str
    crm: str
    accounting: str
    owner: str
    cause: str


def differences(
    link: Link, crm: Mapping[str, str], accounting: Mapping[str, str], owners: Mapping[str, str]
) -> list[Difference]:
    """The fields of a pair of which a side moved since they were agreed, and which differ now.

    Args:
        link: the pair, with what was agreed.
        crm: the shared fields as the CRM says them now.
        accounting: the same as accounting says them.
        owners: whose a field is by the rules; fields that are not named are shared.
    """
    found = []
    for field in SHARED_FIELDS:
        base = link.agreed.get(field)
        if base is None or _same(field, crm[field], accounting[field]):
            continue
        moved_crm = not _same(field, crm[field], base["crm"])
        moved_accounting = not _same(field, accounting[field], base["accounting"])
        if moved_crm or moved_accounting:
            found.append(
                Difference(
                    company_id=link.company_id,
                    customer_id=link.customer_id,
                    field=field,
                    name=crm["name"],
                    agreed=base.get("value") or _agreed(field, base),
                    crm=crm[field],
                    accounting=accounting[field],
                    owner=owners.get(field, "shared"),
                    cause=_cause(SHARED_FIELDS[field], moved_crm, moved_accounting),
                )
            )
    return found


def _agreed(field: str, base: Mapping[str, str]) -> str:
    if _same(field, base["crm"], base["accounting"]):
        return base["crm"]
    return f"CRM {base['crm'] or 'nothing'}, QuickBooks {base['accounting'] or 'nothing'}"


def _cause(words: str, crm: bool, accounting: bool) -> str:
    if crm and accounting:
        return f"{words}: both sides changed it"
    return f"{words}: {'the CRM' if crm else 'QuickBooks'} changed it"


def _same(field: str, one: str, other: str) -> bool:
    """Whether two values say the same: case, spaces and, in telephone numbers, signs do not count."""
    if field == "phone":
        return _digits(one) == _digits(other)
    return " ".join(one.casefold().split()) == " ".join(other.casefold().split())


def _digits(phone: str) -> str:
    digits = "".join(sign for sign in phone if sign.isdigit())
    return digits[-10:] if len(digits) > 10 else digits
