"""The undo matrix: what takes each decision back in each situation, in the words that are shown before.

`invoice 1042` is the invoice, `credit memo 1043` the credit memo that an undo made of it. The company's first day is
2026-11-16. An entry that begins with `no undo:` is a refusal. docs/undo.md shows this table.
"""

from __future__ import annotations

SITUATIONS = {
    "window": "in the posting window",
    "delivered": "delivered, dated in the current month",
    "e-mailed": "e-mailed",
    "part-paid": "1,000.00 of it paid (a credit memo: used)",
    "paid": "paid (a credit memo: used)",
    "deposited": "paid, and the payment deposited",
    "credit applied": "a credit memo applied to it (a credit memo: by us)",
    "earlier month": "dated in an earlier month",
    "reported month": "dated in a month that was reported",
    "closed month": "dated in a month that is closed",
    "today reported": "today was reported",
    "today closed": "today is closed",
    "from an estimate": "made from an estimate",
    "with inventory": "with an inventory item",
}
ACTIONS = {
    "approve": "approve",
    "adopt": "adopt",
    "create": "create (the customer has such an invoice)",
    "link": "link (the customer has such an invoice)",
    "credit": "the undo itself, by a credit memo",
}
_PAID = "the customer then has 6,853.95 USD to use or to get back"
_CREDIT = "credit memo dated today for invoice 1042"
_LOCAL = "take the decision back: nothing was written"
_IN_USE = "no undo: the customer has transactions now: it stays, and so does the link"
_UNTAG = "take our tag off the customer and clear the id on the company"
_CANCEL = "cancel: not sent yet"
_NOT_VOID = "no undo: credit memo 1043 cannot be voided"
_BY_HAND = "correct it in QuickBooks"

MATRIX: dict[str, dict[str, str]] = {
    "approve": {
        "window": _CANCEL,
        "delivered": "void invoice 1042",
        "e-mailed": f"{_CREDIT} (it was e-mailed)",
        "part-paid": f"{_CREDIT} (it is paid or partly paid); the customer then has 1,000.00 USD to use or to get back",
        "paid": f"{_CREDIT} (it is paid or partly paid); {_PAID}",
        "deposited": f"{_CREDIT} (it is paid or partly paid); {_PAID}",
        "credit applied": f"{_CREDIT} (it is paid or partly paid); {_PAID}",
        "earlier month": f"{_CREDIT} (it is dated in October)",
        "reported month": f"{_CREDIT} (2026-10-31 is closed or reported)",
        "closed month": f"{_CREDIT} (2026-10-31 is closed or reported)",
        "today reported": "no undo: invoice 1042 cannot be voided (2026-11-16 is closed or reported), nor credited: "
        "today is closed as well",
        "today closed": "no undo: invoice 1042 cannot be voided (2026-11-16 is closed or reported), nor credited: "
        "today is closed as well",
        "from an estimate": "void invoice 1042",
        "with inventory": "void invoice 1042",
    },
    "adopt": dict.fromkeys(SITUATIONS, _LOCAL),
    "create": {
        **dict.fromkeys(SITUATIONS, _IN_USE),
        "window": _CANCEL,
        "delivered": "make the customer inactive and clear the id on the company",
    },
    "link": {**dict.fromkeys(SITUATIONS, _UNTAG), "window": _CANCEL},
    "credit": {
        "window": _CANCEL,
        "delivered": "void credit memo 1043",
        "e-mailed": f"{_NOT_VOID} (it was e-mailed); {_BY_HAND}",
        "part-paid": f"{_NOT_VOID} (it is used, wholly or in part); {_BY_HAND}",
        "paid": f"{_NOT_VOID} (it is used, wholly or in part); {_BY_HAND}",
        "deposited": "void credit memo 1043",
        "credit applied": f"{_NOT_VOID} (it is used, wholly or in part); {_BY_HAND}",
        "earlier month": f"{_NOT_VOID} (it is dated in November); {_BY_HAND}",
        "reported month": f"{_NOT_VOID} (2026-11-30 is closed or reported); {_BY_HAND}",
        "closed month": f"{_NOT_VOID} (2026-11-30 is closed or reported); {_BY_HAND}",
        "today reported": f"{_NOT_VOID} (2026-11-16 is closed or reported); {_BY_HAND}",
        "today closed": f"{_NOT_VOID} (2026-11-16 is closed or reported); {_BY_HAND}",
        "from an estimate": "void credit memo 1043",
        "with inventory": "void credit memo 1043",
    },
}


def table() -> str:
    """The matrix as Markdown, one part an action."""
    parts = []
    for action, words in ACTIONS.items():
        rows = [f"| {SITUATIONS[key]} | {MATRIX[action][key]} |" for key in SITUATIONS]
        parts += [f"### {words[0].upper()}{words[1:]}", "", "| situation | undo |", "| --- | --- |", *rows, ""]
    return "\n".join(parts).strip()
