"""The properties that the vendor itself defines, as far as this business needs them (hubspot.md 2).

One line a property: `name type fieldType flags`, flags being any of `ro` (its value is read only), `calc` (calculated,
so read only), `external` (its options live elsewhere), `unique`, and `=a;b` for the options of an enumeration.
"""

from __future__ import annotations

from typing import Any

_INDUSTRIES = (
    "ACCOUNTING;ARCHITECTURE_PLANNING;AUTOMOTIVE;BANKING;BUILDING_MATERIALS;CIVIL_ENGINEERING;COMMERCIAL_REAL_ESTATE;"
    "COMPUTER_SOFTWARE;CONSTRUCTION;CONSUMER_SERVICES;EDUCATION_MANAGEMENT;ENTERTAINMENT;ENVIRONMENTAL_SERVICES;"
    "FACILITIES_SERVICES;FARMING;FINANCIAL_SERVICES;FOOD_BEVERAGES;FOOD_PRODUCTION;GOVERNMENT_ADMINISTRATION;"
    "HEALTH_WELLNESS_AND_FITNESS;HIGHER_EDUCATION;HOSPITAL_HEALTH_CARE;HOSPITALITY;INDUSTRIAL_AUTOMATION;"
    "INFORMATION_TECHNOLOGY_AND_SERVICES;INSURANCE;LAW_PRACTICE;LEGAL_SERVICES;LEISURE_TRAVEL_TOURISM;"
    "LOGISTICS_AND_SUPPLY_CHAIN;MACHINERY;MANAGEMENT_CONSULTING;MECHANICAL_OR_INDUSTRIAL_ENGINEERING;MEDICAL_PRACTICE;"
    "MINING_METALS;NON_PROFIT_ORGANIZATION_MANAGEMENT;OIL_ENERGY;PHARMACEUTICALS;PRIMARY_SECONDARY_EDUCATION;"
    "PROFESSIONAL_TRAINING_COACHING;REAL_ESTATE;RELIGIOUS_INSTITUTIONS;RENEWABLES_ENVIRONMENT;RESTAURANTS;RETAIL;SPORTS;"
    "TELECOMMUNICATIONS;TRANSPORTATION_TRUCKING_RAILROAD;UTILITIES;WAREHOUSING;WHOLESALE"
)
_LIFECYCLE = "subscriber;lead;marketingqualifiedlead;salesqualifiedlead;opportunity;customer;evangelist;other"
_BILLING = "weekly;biweekly;monthly;quarterly;per_six_months;annually;per_two_years;per_three_years;per_four_years"

_EVERY = """
hs_object_id number number ro
hs_object_source string text ro
hs_object_source_label string text ro
hs_merged_object_ids enumeration checkbox ro
hubspot_owner_id enumeration select external
"""

_TABLES: dict[str, str] = {
    "companies": f"""
name string text
domain string text
website string text
phone string phonenumber
address string text
address2 string text
city string text
state string text
zip string text
country string text
description string textarea
about_us string textarea
industry enumeration select ={_INDUSTRIES}
type enumeration select =PROSPECT;PARTNER;RESELLER;VENDOR;OTHER
lifecyclestage enumeration radio ={_LIFECYCLE}
annualrevenue number number
numberofemployees number number
timezone string text
founded_year string text
is_public bool booleancheckbox
linkedin_company_page string text
facebook_company_page string text
hs_parent_company_id number number ro
hs_additional_domains enumeration checkbox
hs_lead_status enumeration radio =NEW;OPEN;IN_PROGRESS;OPEN_DEAL;UNQUALIFIED;ATTEMPTED_TO_CONTACT;CONNECTED;BAD_TIMING
closedate datetime date
createdate datetime date ro
hs_lastmodifieddate datetime date ro
hubspot_owner_assigneddate datetime date ro
num_associated_contacts number number ro
num_associated_deals number number ro
""",
    "contacts": f"""
email string text unique
firstname string text
lastname string text
phone string phonenumber
mobilephone string phonenumber
company string text
jobtitle string text
website string text
address string text
city string text
state string text
zip string text
country string text
lifecyclestage enumeration radio ={_LIFECYCLE}
hs_lead_status enumeration radio =NEW;OPEN;IN_PROGRESS;OPEN_DEAL;UNQUALIFIED;ATTEMPTED_TO_CONTACT;CONNECTED;BAD_TIMING
associatedcompanyid number number
hs_additional_emails enumeration checkbox
hs_email_domain string text calc
hs_full_name_or_email string text calc
hs_calculated_merged_vids enumeration checkbox ro
hs_all_contact_vids enumeration checkbox ro
num_associated_deals number number ro
createdate datetime date ro
lastmodifieddate datetime date ro
""",
    "deals": """
dealname string text
pipeline enumeration select
dealstage enumeration radio
amount number number
deal_currency_code enumeration select
amount_in_home_currency number calculation_equation calc
closedate datetime date
createdate datetime date
description string textarea
dealtype enumeration radio =newbusiness;existingbusiness
hs_next_step string text
hs_priority enumeration select =low;medium;high
closed_lost_reason string textarea
closed_won_reason string textarea
hs_createdate datetime date ro
hs_lastmodifieddate datetime date ro
hubspot_owner_assigneddate datetime date ro
hs_is_closed bool booleancheckbox calc
hs_is_closed_won bool booleancheckbox calc
hs_is_closed_lost bool booleancheckbox calc
hs_is_open_count number calculation_equation calc
hs_deal_stage_probability number number calc
hs_projected_amount number calculation_equation calc
hs_projected_amount_in_home_currency number calculation_equation calc
hs_closed_amount number calculation_equation calc
hs_closed_amount_in_home_currency number calculation_equation calc
hs_closed_won_count number calculation_equation calc
days_to_close number calculation_equation calc
hs_v2_date_entered_current_stage datetime date calc
hs_num_of_associated_line_items number number ro
hs_primary_associated_company number number ro
num_associated_contacts number number ro
""",
    "line_items": f"""
name string text
description string textarea
quantity number number
price number number
amount number calculation_equation calc
discount number number
hs_discount_percentage number number
hs_product_id string text
hs_sku string text
hs_line_item_currency_code enumeration select
hs_tax_rate_group_id enumeration select external
recurringbillingfrequency enumeration select ={_BILLING}
hs_recurring_billing_period string text
hs_recurring_billing_start_date date date
hs_recurring_billing_end_date date date
hs_cost_of_goods_sold number number
hs_pricing_model enumeration select =flat;volume;graduated;stairstep
hs_tier_ranges string text
hs_tier_prices string text
hs_position_on_quote number number
createdate datetime date ro
hs_lastmodifieddate datetime date ro
""",
    "products": f"""
name string text
description string textarea
price number number
hs_sku string text
hs_cost_of_goods_sold number number
hs_recurring_billing_period string text
recurringbillingfrequency enumeration select ={_BILLING}
hs_product_type enumeration select =inventory;non_inventory;service
hs_url string text
createdate datetime date ro
hs_lastmodifieddate datetime date ro
""",
    "quotes": """
hs_title string text
hs_expiration_date datetime date
hs_status enumeration select =DRAFT;APPROVAL_NOT_NEEDED;PENDING_APPROVAL;APPROVED;REJECTED;ACCEPTED
hs_template_type enumeration select =QUOTE;CUSTOMIZABLE_QUOTE_TEMPLATE;CPQ_QUOTE
hs_acceptance_method enumeration select =clickwrap;esignature;print_and_sign
hs_esign_enabled bool booleancheckbox
hs_esign_num_signers_required number number
hs_esign_num_signers_completed number number ro
hs_esign_date datetime date ro
hs_payment_enabled bool booleancheckbox
hs_payment_type enumeration select =HUBSPOT;BYO_STRIPE
hs_payment_status enumeration select ro =PENDING;PROCESSING;PAID
hs_payment_date datetime date ro
hs_billing_enabled bool booleancheckbox
hs_quote_amount number number ro
hs_quote_number string text ro
hs_quote_link string text ro
hs_pdf_download_link string text ro
hs_public_url_key string text ro
hs_locked bool booleancheckbox ro
hs_currency enumeration select
hs_language string text
hs_net_payment_terms string text
hs_clickwrap_accepted_by string text ro
hs_sender_firstname string text
hs_sender_email string text
hs_createdate datetime date ro
hs_lastmodifieddate datetime date ro
""",
    "tasks": """
hs_timestamp datetime date
hs_task_subject string text
hs_task_body string html
hs_body_preview string html calc
hs_task_status enumeration select =NOT_STARTED;IN_PROGRESS;WAITING;DEFERRED;COMPLETED
hs_task_priority enumeration select =NONE;LOW;MEDIUM;HIGH
hs_task_type enumeration select =EMAIL;CALL;TODO
hs_task_reminders enumeration checkbox
hs_task_is_completed number calculation_equation calc
hs_task_is_overdue bool booleancheckbox calc
hs_task_completion_date datetime date calc
hs_obj_coords string text calc
hs_createdate datetime date ro
hs_lastmodifieddate datetime date ro
""",
    "notes": """
hs_timestamp datetime date
hs_note_body string html
hs_attachment_ids enumeration checkbox
hs_body_preview string html calc
hs_obj_coords string text calc
hs_createdate datetime date ro
hs_lastmodifieddate datetime date ro
""",
}
_GROUPS = {
    "companies": "companyinformation",
    "contacts": "contactinformation",
    "deals": "dealinformation",
    "line_items": "lineiteminformation",
    "products": "productinformation",
    "quotes": "quoteinformation",
    "tasks": "taskinformation",
    "notes": "noteinformation",
}

_MOMENT = "2019-08-06T02:41:08.029Z"
"""When the vendor's own properties were made."""


def definition(
    name: str,
    kind_of_value: str,
    field_type: str,
    group: str,
    *,
    read_only: bool = False,
    calculated: bool = False,
    external: bool = False,
    unique: bool = False,
    options: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """One property in the vendor's JSON (hubspot.md 2, "Properties")."""
    return {
        "name": name,
        "label": name.removeprefix("hs_").replace("_", " ").capitalize(),
        "type": kind_of_value,
        "fieldType": field_type,
        "description": "",
        "groupName": group,
        "options": options or [],
        "displayOrder": -1,
        "calculated": calculated,
        "externalOptions": external,
        "hasUniqueValue": unique,
        "hidden": False,
        "hubspotDefined": True,
        "archived": False,
        "createdAt": _MOMENT,
        "updatedAt": _MOMENT,
        "modificationMetadata": {
            "archivable": False,
            "readOnlyDefinition": True,
            "readOnlyOptions": True,
            "readOnlyValue": read_only or calculated,
        },
        "formField": False,
        "dataSensitivity": "non_sensitive",
    }


def option(value: str, order: int, label: str = "") -> dict[str, Any]:
    """One option of an enumeration."""
    return {"label": label or value, "value": value, "displayOrder": order, "hidden": False, "description": ""}


def _parse(line: str, group: str) -> dict[str, Any]:
    name, kind_of_value, field_type, *flags = line.split()
    choices = next((flag[1:].split(";") for flag in flags if flag.startswith("=")), [])
    return definition(
        name,
        kind_of_value,
        field_type,
        group,
        read_only="ro" in flags,
        calculated="calc" in flags,
        external="external" in flags,
        unique="unique" in flags,
        options=[option(value, order) for order, value in enumerate(choices)],
    )


def _vendor(kind: str) -> dict[str, dict[str, Any]]:
    lines = (_TABLES[kind] + _EVERY).strip().splitlines()
    return {made["name"]: made for line in lines if line.strip() for made in [_parse(line, _GROUPS[kind])]}


VENDOR_PROPERTIES: dict[str, dict[str, dict[str, Any]]] = {kind: _vendor(kind) for kind in _TABLES}
"""Each kind's vendor-defined properties by name. Not to be changed in place."""
VENDOR_GROUPS: dict[str, str] = _GROUPS
"""Each kind's one vendor-defined property group."""
