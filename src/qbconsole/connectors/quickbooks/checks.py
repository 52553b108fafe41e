"""What this company's plan and preferences have (`book check`): what is lacking is never sent (invariant 12)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qbconsole.connectors.base import Capability
from qbconsole.connectors.quickbooks.models import PreferencesModel
from qbconsole.connectors.vendor import readable
from qbconsole.domain.errors import Retriable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qbconsole.connectors.quickbooks.client import Client


async def capabilities(client: Client) -> Sequence[Capability]:
    """The table of `book check` for one company."""
    info = (await client.company()).body.get("CompanyInfo")
    raw = (await client.preferences()).body.get("Preferences")
    if not isinstance(info, dict) or not isinstance(raw, dict):
        msg = "QuickBooks answered without the company's settings."
        raise Retriable(msg)
    return [Capability("company", available=True, detail=str(info.get("CompanyName", ""))), *_table(raw)]


def _table(raw: dict[str, object]) -> list[Capability]:
    prefs = readable("QuickBooks company settings", lambda: PreferencesModel.model_validate(raw))
    accounting, sales, tax, money = (
        prefs.AccountingInfoPrefs, prefs.SalesFormsPrefs, prefs.TaxPrefs, prefs.CurrencyPrefs,
    )  # fmt: skip
    closed = accounting.BookCloseDate
    return [
        Capability(
            "classes",
            accounting.ClassTrackingPerTxn or accounting.ClassTrackingPerTxnLine,
            "a class goes on lines" if accounting.ClassTrackingPerTxnLine else "classes are not sent on lines",
        ),
        Capability("locations", accounting.TrackDepartments, "never sent"),
        Capability(
            "custom numbers",
            sales.CustomTxnNumbers,
            "documents made here would have no number: switch custom transaction numbers off in QuickBooks"
            if sales.CustomTxnNumbers
            else "QuickBooks numbers the documents",
        ),
        Capability("sales tax", tax.UsingSalesTax, "lines are marked taxable or not"),
        Capability(
            "automated sales tax",
            tax.PartnerTaxEnabled,
            "QuickBooks computes the tax" if tax.PartnerTaxEnabled else "the tax code of the customer decides",
        ),
        Capability("multicurrency", money.MultiCurrencyEnabled, f"home currency {money.HomeCurrency.value}"),
        Capability("estimates", sales.AllowEstimates),
        Capability("discounts", sales.AllowDiscount),
        Capability(
            "credits applied by themselves",
            sales.AutoApplyCredit,
            "a credit memo closes open invoices at once" if sales.AutoApplyCredit else "a credit memo stays open",
        ),
        Capability("closing date", closed is not None, f"closed through {closed}" if closed else "no period is closed"),
    ]
