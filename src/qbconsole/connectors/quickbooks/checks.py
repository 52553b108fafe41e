"""What this company's plan and preferences have (`book check`): what is lacking is never sent (invariant 12)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qbconsole.connectors.base import Capability
from qbconsole.connectors.quickbooks.translate import custom_fields, ledger
from qbconsole.connectors.vendor import readable
from qbconsole.domain.errors import Retriable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from qbconsole.connectors.quickbooks.client import Client
    from qbconsole.connectors.quickbooks.settings import QuickBooksSettings
    from qbconsole.domain.records import CustomField, Ledger


async def capabilities(settings: QuickBooksSettings, client: Client) -> Sequence[Capability]:
    """The table of `book check` for one company."""
    info = (await client.company()).body.get("CompanyInfo")
    preferences = (await client.preferences()).body.get("Preferences")
    if not isinstance(info, dict) or not isinstance(preferences, dict):
        msg = "QuickBooks answered without the company's settings."
        raise Retriable(msg)
    found = readable("QuickBooks company settings", lambda: ledger(settings.realm_id, info, preferences))
    return [
        *_company(settings, found, info),
        *_forms(found),
        *_tracking(found, custom_fields(preferences)),
        *_money(settings, found),
    ]


def _company(settings: QuickBooksSettings, found: Ledger, info: Mapping[str, Any]) -> Iterator[Capability]:
    facts = {str(one.get("Name")): str(one.get("Value", "")) for one in info.get("NameValue") or ()}
    state = facts.get("SubscriptionStatus", "")
    yield Capability("company", available=True, detail=found.company_name)
    yield Capability("country", bool(found.country), found.country or "not told: taken for the United States")
    yield Capability("time zone", bool(found.time_zone), found.time_zone or "not told: the book's own is used")
    lapsed = f"{state}: it can be read but not written; renew it in QuickBooks"
    told = state.lower() or "not told"
    yield Capability("subscription", found.subscribed, told if found.subscribed else lapsed)
    yield Capability("plan", bool(found.plan), found.plan or "not told")
    yield Capability("API version", available=True, detail=f"minor version {settings.minor_version}")


def _forms(found: Ledger) -> Iterator[Capability]:
    yield Capability(
        "estimates",
        found.estimates,
        "made and turned into invoices" if found.estimates else "drafts of one are blocked",
    )
    yield Capability(
        "discounts", found.discounts, "a discount is a line" if found.discounts else "a discount goes into the prices"
    )
    yield Capability(
        "custom numbers",
        found.custom_numbers,
        "a draft without a number is blocked; to let QuickBooks number, switch custom transaction numbers off there"
        if found.custom_numbers
        else "QuickBooks numbers the documents; numbers of ours are not sent",
    )
    yield Capability(
        "closing date",
        found.closed_through is not None,
        f"closed through {found.closed_through}: nothing is posted on or before it"
        if found.closed_through
        else "no period is closed",
    )


def _tracking(found: Ledger, fields: Sequence[CustomField]) -> Iterator[Capability]:
    places = [
        words
        for on, words in ((found.classes, "on the document"), (found.class_per_line, "on each line"))
        if on
    ]  # fmt: skip
    yield Capability("classes", bool(places), f"sent {' and '.join(places)}" if places else "never sent")
    yield Capability("locations", found.locations, "sent on the document" if found.locations else "never sent")
    names = [f"{one.name} ({one.id})" for one in fields if one.active]
    yield Capability("custom fields", bool(names), f"sent: {', '.join(names)}" if names else "never sent")


def _money(settings: QuickBooksSettings, found: Ledger) -> Iterator[Capability]:
    yield Capability(
        "multicurrency",
        found.multicurrency,
        f"home currency {found.currency}; a customer has one currency for good, rates are QuickBooks' own"
        if found.multicurrency
        else f"{found.currency} alone; a deal in another currency is blocked",
    )
    yield Capability(
        "sales tax", found.uses_tax, "lines are marked taxable or not" if found.uses_tax else "nothing of tax is sent"
    )
    yield Capability(
        "automated sales tax",
        found.automated_tax,
        "QuickBooks computes the tax; sums are compared before tax"
        if found.automated_tax
        else "the tax code of the customer decides, unless a document names one",
    )
    yield Capability(
        "credits applied by themselves",
        found.auto_apply_credits,
        "a credit memo closes open invoices at once" if found.auto_apply_credits else "a credit memo stays open",
    )
    yield Capability(
        "payments applied by themselves",
        found.auto_apply_payments,
        "a payment without an invoice finds one by itself"
        if found.auto_apply_payments
        else "a payment stays as it was entered",
    )
    yield Capability(
        "applying credits from here",
        settings.may_apply_credits,
        "a payment of zero links credit and invoice"
        if settings.may_apply_credits
        else "off: accounting.may_apply_credits in book.toml",
    )
