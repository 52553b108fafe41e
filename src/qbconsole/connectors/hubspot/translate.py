"""From HubSpot's JSON to our records: pure, one function a kind."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from qbconsole.connectors.base import Pulled
from qbconsole.connectors.hubspot import models
from qbconsole.connectors.hubspot.properties import READ, STAMPS
from qbconsole.connectors.payload import dump
from qbconsole.connectors.vendor import UNREADABLE, unreadable
from qbconsole.domain.money import rounded
from qbconsole.domain.records import Address, Company, Contact, Deal, LineItem, Owner, Product, Record, Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from qbconsole.connectors.hubspot.client import Association

    Related = Mapping[str, tuple[Association, ...]]


@dataclass(frozen=True, slots=True)
class Portal:
    """What the portal says about all its records: currency, and which (pipeline, stage) are won."""

    currency: str = "USD"
    won_stages: frozenset[tuple[str, str]] = field(default_factory=frozenset)


def pulled(kind: str, row: dict[str, Any], related: Related, portal: Portal) -> Pulled:
    """One record as a stream yields it. The associations are part of the payload, so that its hash moves with them."""
    id_ = str(row.get("id", ""))
    payload = dump(_kept(kind, row, related))
    try:
        return Pulled(kind, id_, payload, _TRANSLATORS[kind](row, related, portal))
    except UNREADABLE as error:
        return Pulled(kind, id_, payload, problem=unreadable(f"HubSpot {kind} {id_}", error))


def tombstone(kind: str, id_: str, *, merged_into: str = "") -> Pulled:
    """A record that is gone: archived, or swallowed by another."""
    return Pulled(kind, id_, dump({"id": id_, "mergedInto": merged_into} if merged_into else {"id": id_}))


def merged_ids(row: dict[str, Any]) -> list[str]:
    """The ids that a record swallowed."""
    raw = str((row.get("properties") or {}).get("hs_merged_object_ids") or "")
    return [id_.strip() for id_ in raw.split(";") if id_.strip() and id_.strip() != str(row.get("id"))]


def owner(row: dict[str, Any]) -> Owner:
    """A salesperson."""
    model = models.OwnerModel.model_validate(row)
    name = f"{model.first_name} {model.last_name}".strip()
    return Owner(id=model.id, name=name or model.email, email=model.email, active=not model.archived)


def stages(row: dict[str, Any]) -> list[Stage]:
    """The stages of a pipeline; won is what is closed with probability 1 (hubspot.md section 2)."""
    pipeline = models.PipelineModel.model_validate(row)
    return [
        Stage(
            id=stage.id,
            pipeline_id=pipeline.id,
            label=stage.label,
            pipeline_label=pipeline.label,
            won=stage.metadata.is_closed == "true" and _probability(stage.metadata.probability) == 1,
            closed=stage.metadata.is_closed == "true",
            position=stage.display_order,
        )
        for stage in pipeline.stages
    ]


def _kept(kind: str, row: dict[str, Any], related: Related) -> dict[str, Any]:
    """The record without what differs by the way it was read: HubSpot adds properties of its own to some answers."""
    asked = READ[kind]
    properties = row.get("properties") or {}
    kept = {
        name: row[name] for name in ("id", "createdAt", "updatedAt", "archived", "url") if row.get(name) is not None
    }
    kept["properties"] = {name: properties[name] for name in asked if properties.get(name) not in (None, "")}
    kept["associations"] = {
        to_kind: [{"id": entry.id, "labels": sorted(entry.labels)} for entry in sorted(entries, key=_by_number)]
        for to_kind, entries in related.items()
        if entries
    }
    return kept


def _by_number(entry: Association) -> tuple[int, str]:
    return len(entry.id), entry.id


def _company(row: dict[str, Any], _related: Related, _portal: Portal) -> Company:
    found = models.CompanyProperties.model_validate(row["properties"])
    street = ", ".join(part for part in (found.address.strip(), found.address2.strip()) if part)
    return Company(
        id=str(row["id"]),
        name=found.name,
        domain=found.domain,
        phone=found.phone,
        address=Address(street, found.city, found.state, found.zip, found.country),
        owner_id=found.hubspot_owner_id,
        customer_tag=found.qbc_customer_id,
        url=_url(row),
    )


def _contact(row: dict[str, Any], related: Related, _portal: Portal) -> Contact:
    found = models.ContactProperties.model_validate(row["properties"])
    companies = sorted(related.get("companies", ()), key=lambda entry: (not entry.primary, _by_number(entry)))
    return Contact(
        id=str(row["id"]),
        name=f"{found.firstname} {found.lastname}".strip() or found.email,
        email=found.email,
        phone=found.phone,
        company_ids=tuple(entry.id for entry in companies),
        billing=any("billing" in label.lower() for entry in companies for label in entry.labels),
    )


def _deal(row: dict[str, Any], related: Related, portal: Portal) -> Deal:
    found = models.DealProperties.model_validate(row["properties"])
    currency = found.deal_currency_code or portal.currency
    companies = sorted(related.get("companies", ()), key=_by_number)
    properties = row["properties"]
    return Deal(
        id=str(row["id"]),
        name=found.dealname,
        amount=None if found.amount is None else rounded(found.amount, currency),
        currency=currency,
        stage_id=found.dealstage,
        pipeline_id=found.pipeline,
        won=found.hs_is_closed_won is True or (found.pipeline, found.dealstage) in portal.won_stages,
        closed_at=found.closedate,
        owner_id=found.hubspot_owner_id,
        company_ids=tuple(entry.id for entry in companies),
        primary_company_id=next((entry.id for entry in companies if entry.primary), ""),
        line_item_ids=tuple(entry.id for entry in sorted(related.get("line_items", ()), key=_by_number)),
        stamp=tuple((name, str(properties[name])) for name in sorted(STAMPS) if properties.get(name) not in (None, "")),
        url=_url(row),
    )


def _line_item(row: dict[str, Any], related: Related, _portal: Portal) -> LineItem:
    found = models.LineItemProperties.model_validate(row["properties"])
    deals = related.get("deals", ())
    return LineItem(
        id=str(row["id"]),
        deal_id=deals[0].id if deals else "",
        name=found.name,
        quantity=found.quantity,
        unit_price=found.price,
        sku=found.hs_sku,
        product_id=found.hs_product_id,
        description=found.description,
        discount_percent=found.hs_discount_percentage,
        discount_amount=Decimal(0) if found.hs_discount_percentage else found.discount,
        billing_frequency=found.recurringbillingfrequency,
        position=int(found.hs_position_on_quote),
    )


def _product(row: dict[str, Any], _related: Related, _portal: Portal) -> Product:
    found = models.ProductProperties.model_validate(row["properties"])
    return Product(id=str(row["id"]), name=found.name, sku=found.hs_sku, unit_price=found.price)


_TRANSLATORS: dict[str, Callable[[dict[str, Any], Related, Portal], Record]] = {
    "companies": _company,
    "contacts": _contact,
    "deals": _deal,
    "line_items": _line_item,
    "products": _product,
}


def _url(row: dict[str, Any]) -> str:
    """The record's page, where HubSpot names it and it is a web page."""
    url = str(row.get("url") or "")
    return url if url.startswith("https://") else ""


def _probability(text: str) -> Decimal:
    try:
        return Decimal(text or "0")
    except InvalidOperation:
        return Decimal(0)
