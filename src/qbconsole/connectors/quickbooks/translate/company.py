"""The company's settings and what they switch on (quickbooks.md 8.7, 8.12)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from qbconsole.connectors.quickbooks.models.company import CompanyInfoModel, PreferencesModel
from qbconsole.domain.records import CustomField, Ledger

if TYPE_CHECKING:
    from collections.abc import Iterator

_SWITCH = re.compile(r"UseSalesCustom(\d)$")
_NAME = re.compile(r"SalesCustomName(\d)$")
_LAPSED = frozenset({"cancelled", "canceled", "expired", "suspended", "unsubscribed", "trial_expired", "unpaid"})
"""States of a subscription that may not be written to; any other word, also an unknown one, is taken for paid: the
first write says so if it is not (6190)."""


def ledger(realm_id: str, company: dict[str, Any], preferences: dict[str, Any]) -> Ledger:
    """The company's settings from CompanyInfo and Preferences."""
    info = CompanyInfoModel.model_validate(company)
    prefs = PreferencesModel.model_validate(preferences)
    accounting, sales = prefs.AccountingInfoPrefs, prefs.SalesFormsPrefs
    facts = {one.Name: one.Value for one in info.NameValue}
    return Ledger(
        id=realm_id,
        company_name=info.CompanyName,
        country=info.Country,
        currency=prefs.CurrencyPrefs.HomeCurrency.value or "USD",
        closed_through=accounting.BookCloseDate,
        automated_tax=prefs.TaxPrefs.PartnerTaxEnabled,
        uses_tax=prefs.TaxPrefs.UsingSalesTax,
        custom_numbers=sales.CustomTxnNumbers,
        multicurrency=prefs.CurrencyPrefs.MultiCurrencyEnabled,
        classes=accounting.ClassTrackingPerTxn,
        default_term_id=sales.DefaultTerms.value,
        time_zone=info.DefaultTimeZone,
        class_per_line=accounting.ClassTrackingPerTxnLine,
        locations=accounting.TrackDepartments,
        estimates=sales.AllowEstimates,
        discounts=sales.AllowDiscount,
        discount_account_id=sales.DefaultDiscountAccount,
        auto_apply_credits=sales.AutoApplyCredit,
        auto_apply_payments=sales.AutoApplyPayments,
        plan=facts.get("OfferingSku", ""),
        subscribed=facts.get("SubscriptionStatus", "").strip().lower() not in _LAPSED,
    )


def custom_fields(preferences: dict[str, Any]) -> tuple[CustomField, ...]:
    """The classic custom fields of sales forms: up to three texts, each with a switch and a name (8.7)."""
    on: dict[str, bool] = {}
    names: dict[str, str] = {}
    for setting in _settings(PreferencesModel.model_validate(preferences).SalesFormsPrefs.CustomField):
        label = str(setting.get("Name") or "")
        if found := _SWITCH.search(label):
            value = setting.get("BooleanValue", setting.get("StringValue"))
            on[found[1]] = str(value).lower() == "true"
        elif found := _NAME.search(label):
            names[found[1]] = str(setting.get("StringValue") or "")
    ids = sorted({*on, *names})
    return tuple(CustomField(id_, names.get(id_, ""), "text", on.get(id_, False)) for id_ in ids if names.get(id_))


def _settings(value: Any) -> Iterator[dict[str, Any]]:
    """The settings in the groups, however deep they are wrapped."""
    if isinstance(value, list):
        for entry in value:
            yield from _settings(entry)
    elif isinstance(value, dict):
        if "Name" in value:
            yield value
        yield from _settings(value.get("CustomField"))
