"""Names of businesses, reduced to what tells them apart."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_LEGAL_FORMS = frozenset(
    {"ag", "bv", "co", "company", "corp", "corporation", "gmbh", "inc", "incorporated", "kg", "lc", "limited", "llc"}
    | {"llp", "lp", "ltd", "pa", "pc", "plc", "pllc", "sa", "sarl"}
)
_FILLERS = frozenset({"the", "and"})
_DELETED = re.compile(r"\s*\(deleted[^)]*\)(\s*\d+)?\s*$", re.IGNORECASE)


@lru_cache(maxsize=50_000)
def normalised(name: str) -> str:
    """A name without case, accents, punctuation, legal forms, "the", "and", and QuickBooks' "(deleted)"."""
    text = unicodedata.normalize("NFKD", _DELETED.sub("", name).casefold().replace("&", " and "))
    text = "".join(sign for sign in text if not unicodedata.combining(sign))
    words = re.sub(r"[^\w\s]", " ", re.sub(r"[.'’`]", "", text)).replace("_", " ").split()
    core = [word for word in words if word not in _FILLERS]
    while len(core) > 1 and core[-1] in _LEGAL_FORMS:
        core.pop()
    return " ".join(core or words)


def addresses(email: str) -> tuple[str, ...]:
    """The single addresses of an e-mail field, which may hold several, in small letters."""
    return tuple(part for part in re.split(r"[\s,;]+", email.casefold()) if "@" in part)
