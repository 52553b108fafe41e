"""The association types that the vendor defines (hubspot.md 3, "Associations")."""

from __future__ import annotations

PAIRS: dict[tuple[str, str], dict[str, int]] = {
    ("deals", "companies"): {"": 341, "primary": 5},
    ("companies", "deals"): {"": 342, "primary": 6},
    ("contacts", "companies"): {"": 279, "primary": 1},
    ("companies", "contacts"): {"": 280, "primary": 2},
    ("deals", "contacts"): {"": 3},
    ("contacts", "deals"): {"": 4},
    ("deals", "line_items"): {"": 19},
    ("line_items", "deals"): {"": 20},
    ("deals", "quotes"): {"": 63},
    ("quotes", "deals"): {"": 64},
    ("quotes", "line_items"): {"": 67},
    ("line_items", "quotes"): {"": 68},
    ("quotes", "contacts"): {"": 69, "signer": 702},
    ("contacts", "quotes"): {"": 70, "signer": 703},
    ("quotes", "companies"): {"": 71},
    ("companies", "quotes"): {"": 72},
    ("tasks", "deals"): {"": 216},
    ("deals", "tasks"): {"": 215},
    ("tasks", "companies"): {"": 192},
    ("companies", "tasks"): {"": 191},
    ("tasks", "contacts"): {"": 204},
    ("contacts", "tasks"): {"": 203},
    ("tasks", "quotes"): {"": 218},
    ("quotes", "tasks"): {"": 217},
    ("notes", "deals"): {"": 214},
    ("deals", "notes"): {"": 213},
    ("notes", "companies"): {"": 190},
    ("companies", "notes"): {"": 189},
    ("notes", "contacts"): {"": 202},
    ("contacts", "notes"): {"": 201},
}
"""Type ids by direction and label; "" is the plain one. The pairs that hubspot.md does not list are the guide's."""

ONE_OF = {("deals", "companies"), ("contacts", "companies")}
"""From these, at most one record is the primary one."""
VENDOR_LABELS = {"signer": "Signer", "primary": "Primary"}
"""How the vendor's own labels are shown."""
