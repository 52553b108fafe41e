"""The tag: our sign on a remote record, a line that reads well to whoever sees it (design.md section 8)."""

from __future__ import annotations

import re

_CUSTOMER = re.compile(r"^CRM company (?P<company>\S+)$", re.MULTILINE)
_OURS = re.compile(r"CRM company \S+|Deal \S+ / [\w:-]+(?: / \d+)?|Credit for invoice \S+|Invoice \S+ overdue")


def event_tag(deal_id: str, key: str, generation: int = 1) -> str:
    """The line in a document's private note for one billing event that it bills."""
    return f"Deal {deal_id} / {key}" + (f" / {generation}" if generation > 1 else "")


def customer_tag(company_id: str) -> str:
    """The line in a customer's notes that names the CRM company it is linked to."""
    return f"CRM company {company_id}"


def tagged_companies(notes: str) -> tuple[str, ...]:
    """The CRM company ids that a customer's notes name."""
    return tuple(match["company"] for match in _CUSTOMER.finditer(notes))


def has_line(text: str, line: str) -> bool:
    """Whether a text has that line, alone on its line."""
    return line in (part.strip() for part in text.splitlines())


def our_lines(text: str) -> str:
    """Those lines of a note that are our tags: everything else was written by somebody."""
    return "\n".join(line.strip() for line in text.splitlines() if _OURS.fullmatch(line.strip()))
