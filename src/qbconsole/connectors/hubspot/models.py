"""HubSpot's JSON, as far as we use it: every property is text or missing (hubspot.md section 2)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pydantic import Field, model_validator

from qbconsole.connectors.vendor import Day, Moment, Number, VendorModel


class Properties(VendorModel):
    """Properties of a record; empty text means cleared."""

    @model_validator(mode="before")
    @classmethod
    def _without_empty(cls, data: Any) -> Any:
        return {name: value for name, value in data.items() if value not in (None, "")}


class CompanyProperties(Properties):
    """Of a company."""

    name: str = ""
    domain: str = ""
    phone: str = ""
    address: str = ""
    address2: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""
    country: str = ""
    hubspot_owner_id: str = ""
    qbc_customer_id: str = ""


class ContactProperties(Properties):
    """Of a contact."""

    email: str = ""
    firstname: str = ""
    lastname: str = ""
    phone: str = ""


class DealProperties(Properties):
    """Of a deal; `hs_is_closed_won` can be missing (trap 21)."""

    dealname: str = ""
    amount: Number | None = None
    deal_currency_code: str = ""
    dealstage: str = ""
    pipeline: str = ""
    closedate: Moment | None = None
    hubspot_owner_id: str = ""
    hs_is_closed_won: bool | None = None


class LineItemProperties(Properties):
    """Of a line item; the discount is per unit or a percentage."""

    name: str = ""
    quantity: Number = Decimal(1)
    price: Number = Decimal(0)
    hs_sku: str = ""
    hs_product_id: str = ""
    description: str = ""
    discount: Number = Decimal(0)
    hs_discount_percentage: Number = Decimal(0)
    recurringbillingfrequency: str = ""
    hs_position_on_quote: Number = Decimal(0)


class ProductProperties(Properties):
    """Of a product."""

    name: str = ""
    hs_sku: str = ""
    price: Number | None = None


class QuoteProperties(Properties):
    """Of a quote, legacy or CPQ (hubspot.md section 2)."""

    hs_title: str = ""
    hs_status: str = ""
    hs_template_type: str = ""
    hs_quote_amount: Number | None = None
    hs_currency: str = ""
    hs_quote_number: str = ""
    hs_expiration_date: Day | None = None
    hs_quote_link: str = ""
    hs_esign_enabled: bool = False
    hs_esign_num_signers_required: Number = Decimal(0)
    hs_clickwrap_accepted_by: str = ""
    hs_payment_status: str = ""
    hs_billing_enabled: bool = False


class StageVisitModel(VendorModel):
    """One entry of a deal stage's history; its value is missing where the stage was cleared."""

    value: str = ""
    timestamp: Moment


class OptionModel(VendorModel):
    """An option of an enumeration."""

    value: str
    label: str = ""
    hidden: bool = False


class ModificationModel(VendorModel):
    """What may be done with a property."""

    read_only_value: bool = Field(default=False, alias="readOnlyValue")


class PropertyModel(VendorModel):
    """The definition of a property; a renamed one keeps its name and changes its label (hubspot.md section 8)."""

    name: str
    label: str = ""
    type: str = ""
    archived: bool = False
    options: list[OptionModel] = Field(default_factory=list)
    modification: ModificationModel = Field(
        default_factory=lambda: ModificationModel.model_validate({}), alias="modificationMetadata"
    )


class OwnerModel(VendorModel):
    """An owner; `id` is what `hubspot_owner_id` holds, not `userId` (trap 6)."""

    id: str
    email: str = ""
    first_name: str = Field("", alias="firstName")
    last_name: str = Field("", alias="lastName")
    archived: bool = False


class StageMetadata(VendorModel):
    """Texts, all of them."""

    is_closed: str = Field("", alias="isClosed")
    probability: str = ""


class StageModel(VendorModel):
    """A stage of a pipeline."""

    id: str
    label: str = ""
    display_order: int = Field(0, alias="displayOrder")
    metadata: StageMetadata = Field(default_factory=lambda: StageMetadata.model_validate({}))
    archived: bool = False


class PipelineModel(VendorModel):
    """A pipeline of deals."""

    id: str
    label: str = ""
    archived: bool = False
    stages: list[StageModel] = Field(default_factory=list)
