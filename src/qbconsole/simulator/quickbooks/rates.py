"""Exchange rates: one for a currency and a day, stored under both (quickbooks.md 8.12)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qbconsole.simulator.quickbooks.fault import missing
from qbconsole.simulator.quickbooks.wire import decimal

if TYPE_CHECKING:
    from qbconsole.simulator.quickbooks.company import Company

Record = dict[str, Any]


def complete(company: Company, record: Record) -> Record:
    """Fill in an exchange rate into the home currency."""
    if "SourceCurrencyCode" not in record:
        raise missing("SourceCurrencyCode")
    if "Rate" not in record:
        raise missing("Rate")
    record["Rate"] = decimal(record["Rate"])
    record.setdefault("TargetCurrencyCode", company.settings.home_currency)
    record["AsOfDate"] = str(record.get("AsOfDate") or company.today().isoformat())[:10]
    return record


def store(company: Company, body: Record) -> Record:
    """Set the rate of a currency for a day, today unless told otherwise."""
    currency, day = str(body.get("SourceCurrencyCode") or ""), str(body.get("AsOfDate") or company.today().isoformat())
    stored = _stored(company, currency, day[:10])
    given = {**body, "AsOfDate": day[:10]}
    if stored is None:
        return company.create("ExchangeRate", given)
    return company.update(
        "ExchangeRate", {**given, "Id": stored["Id"], "SyncToken": stored["SyncToken"], "sparse": True}
    )


def _stored(company: Company, currency: str, day: str) -> Record | None:
    found = (
        rate
        for rate in company.shelf("ExchangeRate")
        if (rate["SourceCurrencyCode"], rate["AsOfDate"]) == (currency, day)
    )
    return next(found, None)


def on_day(company: Company, currency: str, day: str) -> Record:
    """The rate of a currency on a day, the newest up to then if none was set for it.

    Raises:
        Fault: 2020, no currency was named.
    """
    if not currency:
        raise missing("sourcecurrencycode")
    day = day[:10] or company.today().isoformat()
    stored = _stored(company, currency.upper(), day)
    if stored is not None:
        return stored
    home = company.settings.home_currency
    rate = company.exchange_rate(currency.upper(), day) if currency.upper() != home else 1
    made = {"SourceCurrencyCode": currency.upper(), "TargetCurrencyCode": home, "Rate": rate, "AsOfDate": day}
    return {**made, "domain": "QBO", "sparse": False}
