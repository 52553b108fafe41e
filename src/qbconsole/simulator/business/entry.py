"""Writes the businesses into both systems, with all the dirt that real ones gather there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qbconsole.simulator.business import dirt, names
from qbconsole.simulator.business.catalogue import OWNER_IDS

if TYPE_CHECKING:
    import random
    from datetime import datetime

    from qbconsole.simulator.business.parties import Party
    from qbconsole.simulator.hubspot.portal import Portal
    from qbconsole.simulator.quickbooks.company import Company


def enter_company(portal: Portal, party: Party, rng: random.Random, at: datetime, *, twin: bool = False) -> str:
    """Make the CRM company with its billing contact; a twin is a second, sloppier record of the same business."""
    name = dirt.misspell(party.full_name, rng) if twin else party.full_name
    properties = {
        "name": name,
        "phone": dirt.phone(party.phone, rng) if rng.random() < 0.9 else "",
        "address": party.street,
        "city": party.city,
        "state": party.state,
        "zip": party.zip,
        "country": "Canada" if party.currency == "CAD" else "United States",
        "hubspot_owner_id": OWNER_IDS[party.owner],
        "lifecyclestage": "lead" if party.role == "prospect" else "customer",
    }
    if twin:
        properties |= {"address": "", "zip": "", "phone": dirt.phone(party.phone, rng)}
    elif not party.person and "@ledgerhelp" not in party.email and rng.random() < 0.85:
        properties["domain"] = party.email.split("@")[1]
    company_id = str(portal.create("companies", properties, at=at)["id"])
    party.companies.append(company_id)
    _enter_contact(portal, party, company_id, rng, at, twin=twin)
    return company_id


def _enter_contact(
    portal: Portal, party: Party, company_id: str, rng: random.Random, at: datetime, *, twin: bool
) -> None:
    known = _contact_of(portal, party.email) if "@ledgerhelp" in party.email else None
    if twin and rng.random() < 0.5:
        return
    if party.contact or known:
        party.contact = party.contact or str(known)
        portal.associate("contacts", party.contact, "companies", company_id)
        return
    if twin or (party.role == "prospect" and rng.random() < 0.15):
        return
    contact = {
        "email": party.email,
        "firstname": party.first,
        "lastname": party.last,
        "phone": dirt.phone(party.phone, rng),
        "jobtitle": rng.choice(["Accounts Payable", "Office Manager", "Controller", "Owner"]),
        "company": party.name,
    }
    party.contact = str(
        portal.create("contacts", contact, associations=[("companies", company_id, "primary")], at=at)["id"]
    )
    if not party.person and party.role != "prospect" and rng.random() < 0.25:
        first, last = rng.choice(names.FIRST), rng.choice(names.LAST)
        site = {
            "firstname": first,
            "lastname": last,
            "jobtitle": "Site Superintendent",
            "phone": dirt.phone(party.phone, rng),
        }
        site["email"] = f"{names.slug(first)}.{names.slug(last)}{party.key[1:]}@{names.slug(party.name)}-site.example"
        portal.create("contacts", site, associations=[("companies", company_id, "primary")], at=at)


def _contact_of(portal: Portal, email: str) -> str | None:
    for contact in portal.records("contacts"):
        if contact["properties"].get("email") == email:
            return str(contact["id"])
    return None


def enter_customer(
    company: Company, party: Party, rng: random.Random, terms: dict[str, str], at: datetime, *, currency: str = ""
) -> str:
    """Make the QuickBooks customer: the preferred one, as its agreement with the CRM says."""
    body = _customer_body(party, terms, rng)
    if party.agreement in ("email", "neither") and not party.person:
        body["DisplayName"] = body["CompanyName"] = dirt.misspell(body["DisplayName"], rng)
    elif party.person:
        body["DisplayName"] = f"{party.last}, {party.first}"
    elif rng.random() < 0.3:
        body["DisplayName"] = " ".join(dirt.restyle(body["DisplayName"], rng).split())
    if party.agreement in ("name", "neither") and party.trap != "shared bookkeeper":
        del body["PrimaryEmailAddr"]
        if rng.random() < 0.5:
            body["PrimaryEmailAddr"] = {"Address": f"{names.slug(party.last)}{party.key[1:]}@oldmail.example"}
    if party.agreement in ("email", "neither") and rng.random() < 0.5:
        body["BillAddr"]["Line1"] = dirt.street(party.street, rng)
    if currency and currency != party.currency:
        body |= {"DisplayName": f"{party.full_name} ({currency})", "CurrencyRef": {"value": currency}}
    if party.person and not company_name_free(company, body["DisplayName"]):
        body["DisplayName"] += f" ({party.city})"
    customer = company.create("Customer", body, at=at)
    party.customers.append(str(customer["Id"]))
    return str(customer["Id"])


def company_name_free(company: Company, name: str) -> bool:
    """Whether no customer bears the name yet."""
    return all(customer["DisplayName"].casefold() != name.casefold() for customer in company.records("Customer"))


def enter_twin_customer(company: Company, party: Party, rng: random.Random, at: datetime) -> str:
    """A second customer of the same business: typed anew by somebody in a hurry."""
    body: dict[str, Any] = {
        "DisplayName": dirt.misspell(party.name, rng) if rng.random() < 0.6 else f"{party.name} - {party.city}",
        "PrimaryPhone": {"FreeFormNumber": dirt.phone(party.phone, rng)},
        "BillAddr": {
            "Line1": party.street,
            "City": party.city,
            "CountrySubDivisionCode": party.state,
            "PostalCode": party.zip,
        },
        "Taxable": not party.exempt,
    }
    customer_id = str(company.create("Customer", body, at=at)["Id"])
    party.customers.append(customer_id)
    return customer_id


def enter_job(company: Company, party: Party, name: str, at: datetime) -> str:
    """A job (sub-customer) under the preferred customer, at the same address."""
    body: dict[str, Any] = {
        "DisplayName": name,
        "Job": True,
        "ParentRef": {"value": party.customers[0]},
        "BillAddr": {
            "Line1": party.street,
            "City": party.city,
            "CountrySubDivisionCode": party.state,
            "PostalCode": party.zip,
        },
        "Taxable": not party.exempt,
    }
    if party.currency != "USD":
        body["CurrencyRef"] = {"value": party.currency}
    job_id = str(company.create("Customer", body, at=at)["Id"])
    party.jobs.append(job_id)
    return job_id


def _customer_body(party: Party, terms: dict[str, str], rng: random.Random) -> dict[str, Any]:
    body: dict[str, Any] = {
        "DisplayName": party.full_name,
        "CompanyName": party.full_name,
        "PrimaryEmailAddr": {"Address": dirt.email(party.email, rng)},
        "BillAddr": {
            "Line1": party.street,
            "City": party.city,
            "CountrySubDivisionCode": party.state,
            "PostalCode": party.zip,
        },
        "Taxable": not party.exempt,
        "SalesTermRef": {"value": terms[party.term]},
    }
    if party.person:
        del body["CompanyName"]
        body |= {"GivenName": party.first, "FamilyName": party.last}
    if party.currency != "USD":
        body["CurrencyRef"] = {"value": party.currency}
    if rng.random() < 0.85:
        body["PrimaryPhone"] = {"FreeFormNumber": dirt.phone(party.phone, rng)}
    return body
