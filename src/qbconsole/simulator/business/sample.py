"""Writes the readable output of the default seed: `python -m qbconsole.simulator.business.sample [FOLDER]`."""

from __future__ import annotations

import csv
import io
import json
import random
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qbconsole.simulator.business.amounts import ZERO, cents, exact, moment, plain, workdays
from qbconsole.simulator.business.billing import Office
from qbconsole.simulator.business.business import Business
from qbconsole.simulator.business.catalogue import BY_SKU, OWNERS
from qbconsole.simulator.business.life import likeness_of
from qbconsole.simulator.business.plot import Plot
from qbconsole.simulator.business.sales import SalesDesk

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qbconsole.simulator.business.parties import Party
    from qbconsole.simulator.business.sales import Deal

SEED = 7
"""The default seed, whose output is checked in."""

Row = dict[str, object]

CRM_COLUMNS = {
    "companies": [
        "name",
        "domain",
        "phone",
        "address",
        "city",
        "state",
        "zip",
        "country",
        "hubspot_owner_id",
        "lifecyclestage",
    ],
    "contacts": ["email", "firstname", "lastname", "phone", "jobtitle"],
    "deals": ["dealname", "amount", "pipeline", "dealstage", "closedate", "hubspot_owner_id"],
    "line_items": ["name", "hs_sku", "quantity", "price", "hs_discount_percentage"],
    "products": ["name", "hs_sku", "price"],
}
CRM_LINKS = {"contacts": ["companies"], "deals": ["companies"], "line_items": ["deals"]}


def default_business() -> Business:
    """The business of the default seed, in memory."""
    from qbconsole.simulator.clock import Clock
    from qbconsole.simulator.database import Database
    from qbconsole.simulator.hubspot.portal import Portal
    from qbconsole.simulator.quickbooks.company import Company

    database = Database(None)
    clock = Clock(database)
    return Business.generate(database, clock, Company(database, clock), Portal(database, clock), seed=SEED)


def files(business: Business) -> dict[str, str]:
    """Every file's text by its name."""
    made = {f"{kind}.csv": _table(_crm_rows(business, kind)) for kind in CRM_COLUMNS}
    made |= {f"{name}.csv": _table(rows) for name, rows in _book_rows(business).items()}
    made["truth.json"] = json.dumps(_truth(business), indent=1, ensure_ascii=False) + "\n"
    return made | {f"spreadsheet/{name}.csv": _table(rows) for name, rows in _spreadsheet(business).items()}


def write(folder: Path) -> None:
    """Write the files."""
    for name, text in files(default_business()).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")


def _table(rows: Iterable[Row]) -> str:
    rows, text = list(rows), io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _crm_rows(business: Business, kind: str) -> Iterable[Row]:
    for record in business.portal.records(kind):
        row: Row = {"id": record["id"]}
        row |= {name: record["properties"].get(name) or "" for name in CRM_COLUMNS[kind]}
        for other in CRM_LINKS.get(kind, []):
            row[other] = " ".join(business.portal.associated(kind, record["id"], other))
        yield row


def _ref(record: dict[str, Any], name: str) -> str:
    return str((record.get(name) or {}).get("value") or "")


def _book_rows(business: Business) -> dict[str, list[Row]]:
    company = business.company
    return {
        "customers": [_customer(record) for record in company.records("Customer")],
        "items": [
            {
                "id": record["Id"],
                "name": record["Name"],
                "sku": record.get("Sku") or "",
                "type": record["Type"],
                "price": cents(record.get("UnitPrice")),
                "taxable": record.get("Taxable", False),
                "active": record.get("Active", True),
            }
            for record in company.records("Item")
        ],
        "invoices": [
            {
                "id": record["Id"],
                "number": record.get("DocNumber") or "",
                "customer": _ref(record, "CustomerRef"),
                "date": record["TxnDate"],
                "due": record.get("DueDate") or "",
                "tax": cents((record.get("TxnTaxDetail") or {}).get("TotalTax")),
                "total": cents(record["TotalAmt"]),
                "balance": cents(record["Balance"]),
                "memo": record.get("PrivateNote") or "",
            }
            for record in company.records("Invoice")
        ],
        "payments": [
            {
                "id": record["Id"],
                "customer": _ref(record, "CustomerRef"),
                "date": record["TxnDate"],
                "amount": cents(record["TotalAmt"]),
                "applied_to": " ".join(
                    f"{link['TxnType']}:{link['TxnId']}"
                    for line in record.get("Line") or []
                    for link in line["LinkedTxn"]
                ),
            }
            for record in company.records("Payment")
        ],
    }


def _customer(record: dict[str, Any]) -> Row:
    address = record.get("BillAddr") or {}
    return {
        "id": record["Id"],
        "display_name": record["DisplayName"],
        "email": (record.get("PrimaryEmailAddr") or {}).get("Address") or "",
        "phone": (record.get("PrimaryPhone") or {}).get("FreeFormNumber") or "",
        "street": address.get("Line1") or "",
        "city": address.get("City") or "",
        "state": address.get("CountrySubDivisionCode") or "",
        "zip": address.get("PostalCode") or "",
        "parent": _ref(record, "ParentRef"),
        "currency": _ref(record, "CurrencyRef") or "USD",
        "taxable": record.get("Taxable", True),
        "balance": cents(record.get("Balance")),
    }


def _truth(business: Business) -> dict[str, Any]:
    ledger = business.ledger
    return {
        "seed": ledger.facts["seed"],
        "epoch": ledger.facts["epoch"],
        "cut_over": ledger.facts["cut_over"],
        "events": [
            {
                "deal_id": event.deal_id,
                "won_on": event.won_on,
                "verdict": event.verdict,
                "defect": event.defect,
                "by_hand": event.by_hand,
                "total": str(event.total),
            }
            for event in ledger.events()
        ],
        "traps": [
            {"companies": party.companies, "customers": party.customers, "trap": party.trap}
            for party in ledger.parties().values()
            if party.trap
        ],
        **business.pairs(),
    }


# -- a small contractor's folder of spreadsheets, over the same customers --------------------------------------------


def _spreadsheet(business: Business) -> dict[str, list[Row]]:
    rng, ledger = random.Random(f"{SEED}/spreadsheet"), business.ledger
    parties = ledger.parties()
    office, desk = Office(business.company, ledger, ledger.facts["lists"]), SalesDesk(business.portal, {})
    limit = moment(date.fromisoformat(ledger.facts["day"]))
    plot = Plot(office, desk, parties, likeness_of(ledger, parties), hand_days=0, limit=limit)
    buyers = rng.sample([party for party in plot.known if party.agreement == "both" and not party.trap], 8)
    first = date.fromisoformat(ledger.facts["cut_over"])
    days = workdays(first, first + timedelta(days=26))
    deals = [plot.sound_deal(rng, moment(rng.choice(days)), party=buyers[n % len(buyers)]) for n in range(10)]
    return {
        "companies": [_sheet_company(n, party) for n, party in enumerate(buyers)],
        "deals": [_sheet_deal(n, deal, n % len(buyers)) for n, deal in enumerate(deals)],
        "lines": _sheet_lines(deals),
    }


def _sheet_company(number: int, party: Party) -> Row:
    row: Row = {"id": f"C-{number + 101}", "name": party.full_name, "email": party.email}
    row["phone"] = f"({party.phone[:3]}) {party.phone[3:6]}-{party.phone[6:]}"
    row |= {"street": party.street, "city": party.city, "state": party.state, "zip": party.zip}
    return row | {"owner": " ".join(OWNERS[party.owner])}


def _sheet_deal(number: int, deal: Deal, buyer: int) -> Row:
    won = "" if number in (3, 8) else deal.closed.date().isoformat()
    return {
        "id": f"J-{number + 2001}",
        "company_id": f"C-{buyer + 101}",
        "name": deal.name,
        "amount": deal.amount,
        "currency": "USD",
        "owner": " ".join(OWNERS[deal.party.owner]),
        "won": won,
    }


def _sheet_lines(deals: list[Deal]) -> list[Row]:
    rows: list[Row] = []
    for number, deal in enumerate(deals):
        for offer in deal.offers:
            rows.append(
                {
                    "id": f"L-{len(rows) + 30001}",
                    "deal_id": f"J-{number + 2001}",
                    "sku": offer.sku,
                    "name": BY_SKU[offer.sku].name,
                    "quantity": plain(exact(offer.quantity)),
                    "unit_price": offer.price,
                    "discount_percent": plain(offer.percent) if offer.percent != ZERO else "",
                }
            )
    return rows


if __name__ == "__main__":
    write(Path(sys.argv[1] if len(sys.argv) > 1 else "sample_data"))
