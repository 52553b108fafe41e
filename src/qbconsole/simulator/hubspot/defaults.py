"""What a record gets that its writer did not give (hubspot.md 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qbconsole.simulator.hubspot import times

if TYPE_CHECKING:
    from datetime import datetime

    from qbconsole.simulator.hubspot.portal import Portal

    Values = dict[str, Any]

_FILLED_FROM_PRODUCT = (
    "name",
    "price",
    "hs_sku",
    "description",
    "recurringbillingfrequency",
    "hs_recurring_billing_period",
)


def filled(portal: Portal, kind: str, values: Values) -> Values:
    """The values of a new record, with those that come from elsewhere: pipeline, domain, product."""
    if kind == "deals":
        return {"pipeline": portal.pipelines.default_id(), **values}
    if kind == "companies" and values.get("domain") and not values.get("name"):
        return {**values, "name": str(values["domain"]).partition(".")[0].capitalize()}
    if kind == "quotes":
        return {"hs_currency": portal.settings["currency"], **values}
    if kind == "line_items" and values.get("hs_product_id"):
        product = portal.store.find("products", values["hs_product_id"])
        if product is not None:
            taken = {name: product["properties"].get(name) for name in _FILLED_FROM_PRODUCT}
            return {**taken, **values}
    return values


def standing(portal: Portal, kind: str, moment: datetime) -> Values:
    """What every new record of a kind begins with."""
    if kind == "deals":
        return {"hs_createdate": times.stamp(moment), "hs_num_of_associated_line_items": "0"}
    if kind == "quotes":
        number = portal.database.next_number("hubspot.quote_numbers", 1)
        return {"hs_quote_number": f"{moment:%Y%m%d}-{number:09d}", "hs_quote_amount": "0"}
    return {}


def dated(kind: str, changed: Values, stamp: str) -> Values:
    """When the owner was assigned and the stage entered, if a write did that."""
    dates = {}
    if changed.get("hubspot_owner_id") and kind in ("deals", "companies"):
        dates["hubspot_owner_assigneddate"] = stamp
    if changed.get("dealstage"):
        dates["hs_v2_date_entered_current_stage"] = stamp
    return dates
