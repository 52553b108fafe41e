"""What the business sells, on which terms, taxed how, and who works for it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

COMPANY_NAME = "Ridgeline Mechanical"
CURRENCY = "USD"

TAX_RATES = {"TX": "8.25", "OK": "8.5", "LA": "9.2"}
"""Sales tax in percent by the state of the customer; elsewhere the business collects none."""

TERMS = {"Due on receipt": 0, "Net 15": 15, "Net 30": 30, "Net 60": 60}
"""Payment terms by name, in days."""


@dataclass(frozen=True)
class Product:
    """One product or service. `in_books` is "active", "inactive" or "absent": its state in QuickBooks."""

    sku: str
    name: str
    kind: str
    price: Decimal
    taxable: bool
    in_books: str = "active"


LABOR, MATERIAL = "Service", "NonInventory"

PRODUCTS = [
    Product("LAB-INST", "Installation labor", LABOR, Decimal("95.00"), taxable=False),
    Product("LAB-SERV", "Service labor", LABOR, Decimal("125.00"), taxable=False),
    Product("PM-VISIT", "Preventive maintenance visit", LABOR, Decimal("385.00"), taxable=False),
    Product("RTU-05", "Rooftop unit, 5 ton", MATERIAL, Decimal("5260.00"), taxable=True),
    Product("RTU-10", "Rooftop unit, 10 ton", MATERIAL, Decimal("9480.00"), taxable=True),
    Product("SPLIT-03", "Split system, 3 ton", MATERIAL, Decimal("3890.00"), taxable=True),
    Product("DUCT-LF", "Duct, per linear foot", MATERIAL, Decimal("18.45"), taxable=True),
    Product("FILT-13", "Filter, MERV 13", MATERIAL, Decimal("24.95"), taxable=True),
    Product("REF-454", "Refrigerant R-454B, per pound", MATERIAL, Decimal("21.75"), taxable=True),
    Product("THERM-W", "Wi-Fi thermostat", MATERIAL, Decimal("249.00"), taxable=True),
    Product("BOIL-KIT", "Boiler rebuild kit", MATERIAL, Decimal("612.50"), taxable=True, in_books="inactive"),
    Product("CRANE", "Crane lift", LABOR, Decimal("1450.00"), taxable=False, in_books="absent"),
]
BY_SKU = {product.sku: product for product in PRODUCTS}

JOBS: dict[str, list[tuple[str, Decimal, Decimal, Decimal]]] = {
    "Rooftop unit replacement": [
        ("RTU-05", Decimal(1), Decimal(2), Decimal(1)),
        ("LAB-INST", Decimal(8), Decimal(24), Decimal("0.5")),
        ("REF-454", Decimal(6), Decimal(20), Decimal("0.5")),
    ],
    "10 ton unit change-out": [
        ("RTU-10", Decimal(1), Decimal(2), Decimal(1)),
        ("LAB-INST", Decimal(12), Decimal(32), Decimal("0.5")),
    ],
    "Split system install": [
        ("SPLIT-03", Decimal(1), Decimal(3), Decimal(1)),
        ("LAB-INST", Decimal(6), Decimal(18), Decimal("0.5")),
        ("THERM-W", Decimal(1), Decimal(3), Decimal(1)),
    ],
    "Duct run": [
        ("DUCT-LF", Decimal(40), Decimal(260), Decimal(5)),
        ("LAB-INST", Decimal(5), Decimal(30), Decimal("0.5")),
    ],
    "Maintenance visits": [
        ("PM-VISIT", Decimal(1), Decimal(4), Decimal(1)),
        ("FILT-13", Decimal(6), Decimal(48), Decimal(2)),
    ],
    "Thermostat upgrade": [
        ("THERM-W", Decimal(2), Decimal(9), Decimal(1)),
        ("LAB-SERV", Decimal("1.5"), Decimal(7), Decimal("0.25")),
    ],
    "Refrigerant leak repair": [
        ("LAB-SERV", Decimal("1.5"), Decimal("9.5"), Decimal("0.25")),
        ("REF-454", Decimal(3), Decimal(28), Decimal("0.5")),
        ("FILT-13", Decimal(2), Decimal(12), Decimal(1)),
    ],
}
"""Kinds of work: for each line the product, least and greatest quantity, and the step between quantities."""

OWNERS = [
    ("Dana", "Whitlock"),
    ("Miguel", "Serrano"),
    ("Priya", "Raman"),
    ("Tom", "Okafor"),
    ("Lena", "Fischer"),
]
OWNER_IDS = [str(88842095 + 17 * n) for n in range(len(OWNERS))]
"""CRM owner ids; deliberately not the user ids."""

WON_STAGE = {"default": "closedwon", "748120": "1093306"}
LOST_STAGE = {"default": "closedlost", "748120": "1093307"}
OPEN_STAGES = {
    "default": [
        "appointmentscheduled",
        "qualifiedtobuy",
        "presentationscheduled",
        "decisionmakerboughtin",
        "contractsent",
    ],
    "748120": ["1093303", "1093304", "1093305"],
}


def owners() -> list[dict[str, object]]:
    """The sales people as the CRM knows them."""
    return [
        {
            "id": OWNER_IDS[n],
            "email": f"{first.lower()}@ridgelinemechanical.example",
            "type": "PERSON",
            "firstName": first,
            "lastName": last,
            "userId": 534941 + 3 * n,
            "userIdIncludingInactive": 534941 + 3 * n,
            "archived": False,
        }
        for n, (first, last) in enumerate(OWNERS)
    ]


def _stage(stage_id: str, label: str, order: int, probability: str, *, closed: bool = False) -> dict[str, object]:
    metadata = {"isClosed": "true" if closed else "false", "probability": probability}
    return {"id": stage_id, "label": label, "displayOrder": order, "metadata": metadata}


def pipelines() -> list[dict[str, object]]:
    """The default sales pipeline and one with numeric ids (hubspot.md, pipelines and stages)."""
    sales = [
        _stage("appointmentscheduled", "Appointment Scheduled", 0, "0.2"),
        _stage("qualifiedtobuy", "Qualified To Buy", 1, "0.4"),
        _stage("presentationscheduled", "Presentation Scheduled", 2, "0.6"),
        _stage("decisionmakerboughtin", "Decision Maker Bought-In", 3, "0.8"),
        _stage("contractsent", "Contract Sent", 4, "0.9"),
        _stage("closedwon", "Closed Won", 5, "1.0", closed=True),
        _stage("closedlost", "Closed Lost", 6, "0.0", closed=True),
    ]
    service = [
        _stage("1093303", "Site visit", 0, "0.3"),
        _stage("1093304", "Quoted", 1, "0.6"),
        _stage("1093305", "Verbal yes", 2, "0.9"),
        _stage("1093306", "Scheduled (won)", 3, "1.0", closed=True),
        _stage("1093307", "Declined", 4, "0.0", closed=True),
    ]
    return [
        {"id": "default", "label": "Sales Pipeline", "displayOrder": 0, "stages": sales},
        {"id": "748120", "label": "Service work", "displayOrder": 1, "stages": service},
    ]
