"""From HubSpot's JSON to our records: pure, one function a kind."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from qbconsole.connectors.base import Pulled
from qbconsole.connectors.hubspot import models
from qbconsole.connectors.hubspot.properties import NAMES, READ
from qbconsole.connectors.payload import dump
from qbconsole.connectors.vendor import UNREADABLE, unreadable
from qbconsole.domain.money import rounded
from qbconsole.domain.records import (
    Address,
    Company,
    Contact,
    Deal,
    FieldDefinition,
    LineItem,
    Owner,
    Product,
    Quote,
    Record,
    Stage,
    StageVisit,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from qbconsole.connectors.hubspot.answers import Association

    Related = Mapping[str, tuple[Association, ...]]


CPQ, ACCEPTED, PAID = "CPQ_QUOTE", "ACCEPTED", "PAID"
"""The marker of a CPQ quote, its state once the buyer agreed, and the payment state of one that is paid."""


@dataclass(frozen=True, slots=True)
class Portal:
    """What the book and the portal say about all records.

    `won_stages` are (pipeline, stage). `custom` are by kind the portal's own properties that are read; `signed_by` the
    properties of a quote that count who signed, whose names differ by account (hubspot.md section 2).
    """

    currency: str = "USD"
    won_stages: frozenset[tuple[str, str]] = field(default_factory=frozenset)
    custom: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    signed_by: tuple[str, ...] = ()
    billing_label: str = "billing"

    def own(self, kind: str) -> tuple[str, ...]:
        """The properties of a kind that are asked for in this portal only."""
        return (*self.custom.get(kind, ()), *(self.signed_by if kind == "quotes" else ()))

    def asked(self, kind: str) -> tuple[str, ...]:
        """All properties of a kind that are asked for by name."""
        return (*READ[kind], *self.own(kind))


def pulled(kind: str, row: dict[str, Any], related: Related, portal: Portal) -> Pulled:
    """One record as a stream yields it. The associations are part of the payload, so that its hash moves with them."""
    id_ = str(row.get("id", ""))
    payload = dump(_kept(row, related, portal.asked(kind)))
    try:
        return Pulled(kind, id_, payload, _TRANSLATORS[kind](row, related, portal))
    except UNREADABLE as error:
        return Pulled(kind, id_, payload, problem=unreadable(f"HubSpot {kind} {id_}", error))


def tombstone(kind: str, id_: str, *, merged_into: str = "") -> Pulled:
    """A record that is gone: archived, or swallowed by another."""
    payload = dump({"id": id_, "mergedInto": merged_into} if merged_into else {"id": id_})
    return Pulled(kind, id_, payload, merged_into=merged_into)


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
        if not (pipeline.archived or stage.archived)
    ]


def definition(kind: str, row: dict[str, Any]) -> FieldDefinition:
    """A property as the portal defines it, with those of its options that are offered."""
    model = models.PropertyModel.model_validate(row)
    return FieldDefinition(
        id=f"{kind}.{model.name}",
        object=kind,
        name=model.name,
        label=model.label,
        type=model.type,
        options=tuple((option.value, option.label) for option in model.options if not option.hidden),
        read_only=model.modification.read_only_value,
    )


def _kept(row: dict[str, Any], related: Related, asked: tuple[str, ...]) -> dict[str, Any]:
    """The record without what differs by the way it was read: HubSpot adds properties of its own to some answers.

    The history of a deal's stage is left out too, since not every reading brings it; it moves with the deal's stage.
    """
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


def _custom(row: dict[str, Any], names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    properties = row["properties"]
    return tuple((name, str(properties[name])) for name in sorted(names) if properties.get(name) not in (None, ""))


def _visits(row: dict[str, Any]) -> tuple[StageVisit, ...]:
    """The stages that a deal came into, oldest first; HubSpot names the newest first."""
    history = (row.get("propertiesWithHistory") or {}).get("dealstage") or []
    found = [models.StageVisitModel.model_validate(entry) for entry in history]
    return tuple(sorted((StageVisit(one.value, one.timestamp) for one in found if one.value), key=_instant))


def _instant(visit: StageVisit) -> datetime:
    return visit.at


def _company(row: dict[str, Any], _related: Related, portal: Portal) -> Company:
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
        custom=_custom(row, portal.custom.get("companies", ())),
    )


def _contact(row: dict[str, Any], related: Related, portal: Portal) -> Contact:
    found = models.ContactProperties.model_validate(row["properties"])
    companies = sorted(related.get("companies", ()), key=lambda entry: (not entry.primary, _by_number(entry)))
    return Contact(
        id=str(row["id"]),
        name=f"{found.firstname} {found.lastname}".strip() or found.email,
        email=found.email,
        phone=found.phone,
        company_ids=tuple(entry.id for entry in companies),
        billing=any(portal.billing_label.lower() in label.lower() for entry in companies for label in entry.labels),
    )


def _deal(row: dict[str, Any], related: Related, portal: Portal) -> Deal:
    found = models.DealProperties.model_validate(row["properties"])
    currency = found.deal_currency_code or portal.currency
    companies = sorted(related.get("companies", ()), key=_by_number)
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
        stamp=_custom(row, NAMES),
        url=_url(row),
        visits=_visits(row),
        custom=_custom(row, portal.custom.get("deals", ())),
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


def _quote(row: dict[str, Any], related: Related, portal: Portal) -> Quote:
    found = models.QuoteProperties.model_validate(row["properties"])
    signed = max((_signatures(row["properties"].get(name)) for name in portal.signed_by), default=0)
    signers = int(found.hs_esign_num_signers_required) if found.hs_esign_enabled else 0
    currency = found.hs_currency or portal.currency
    return Quote(
        id=str(row["id"]),
        title=found.hs_title,
        status=found.hs_status,
        accepted=_accepted(found, signed, signers),
        amount=None if found.hs_quote_amount is None else rounded(found.hs_quote_amount, currency),
        currency=currency,
        number=found.hs_quote_number,
        expires_on=found.hs_expiration_date,
        signed=signed,
        signers=signers,
        payment_status=found.hs_payment_status,
        bills_itself=found.hs_billing_enabled,
        deal_ids=tuple(entry.id for entry in sorted(related.get("deals", ()), key=_by_number)),
        line_item_ids=tuple(entry.id for entry in sorted(related.get("line_items", ()), key=_by_number)),
        url=found.hs_quote_link if found.hs_quote_link.startswith("https://") else _url(row),
    )


def _accepted(found: models.QuoteProperties, signed: int, signers: int) -> bool:
    """Whether the buyer agreed. A published legacy quote is approved whether or not anybody signed (trap 16)."""
    if found.hs_payment_status == PAID or found.hs_clickwrap_accepted_by or 0 < signers <= signed:
        return True
    return found.hs_template_type == CPQ and found.hs_status == ACCEPTED


def _signatures(value: object) -> int:
    """How many signed; a property that holds something else counts none."""
    text = str(value or "")
    return int(text) if text.isdigit() else 0


_TRANSLATORS: dict[str, Callable[[dict[str, Any], Related, Portal], Record]] = {
    "companies": _company,
    "contacts": _contact,
    "deals": _deal,
    "line_items": _line_item,
    "products": _product,
    "quotes": _quote,
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
