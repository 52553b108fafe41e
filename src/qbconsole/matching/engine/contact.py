"""E-mail addresses, domains and telephone numbers, reduced to what tells records apart."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from qbconsole.domain.names import addresses
from qbconsole.matching.engine.words import LONGEST, table

if TYPE_CHECKING:
    from tldextract import TLDExtract

_EXTENSION = re.compile(r"(?:x|ext|extension|#)\W*\d+\s*$", re.IGNORECASE)
_HOST = re.compile(r"^(?:\w+:)?(?://)?(?:[^/@]*@)?([^/:?#\s]+)")
_NOT_DIGIT = re.compile(r"\D")
_LOCAL = 7
"""A number without its area code has so many digits in North America."""


def mail(email: str) -> tuple[str, ...]:
    """The addresses of a field, which may hold several, in small letters and without a "+tag"."""
    found = addresses(email[:LONGEST])
    return tuple(re.sub(r"\+[^@]*@", "@", one) for one in found) if "+" in email else found


def handle(address: str) -> str:
    """The letters before the @, empty when they name a role ("billing@") and no person."""
    letters = "".join(sign for sign in address.partition("@")[0] if sign.isalpha())
    return "" if letters in table("role_mail") or len(letters) < 3 else letters


@lru_cache(maxsize=200_000)
def own_domain(host: str) -> str:
    """The registered domain of an address or website; empty where everybody can have one (free mail, social sites)."""
    found = _HOST.match(host.rpartition("@")[2][:LONGEST].casefold())
    if not found:
        return ""
    labels = found[1].strip(".").split(".")
    if len(labels) < 2:
        return ""
    domain = ".".join(labels[-2:]) if labels[-1] == "com" else _registered(found[1].strip("."))
    return "" if domain in table("free_mail") or domain in table("shared_sites") else domain


def _registered(host: str) -> str:
    return _suffixes()(host).top_domain_under_public_suffix or host


@cache
def _suffixes() -> TLDExtract:
    """The public suffixes as they come with the library: no network, no files."""
    from tldextract import TLDExtract

    return TLDExtract(suffix_list_urls=(), cache_dir=None)


def telephone(written: str, region: str = "US") -> str:
    """A number in E.164 (`+14155550100`); seven digits stay a local number; empty when it is none.

    Args:
        written: as a person wrote it, with or without an extension.
        region: the country of a number that names none, as two letters.
    """
    text = _EXTENSION.sub("", written[:60])
    digits = _NOT_DIGIT.sub("", text)
    if region in ("US", "CA"):
        if len(digits) == _LOCAL + 3 and not text.lstrip().startswith("+"):
            return f"+1{digits}"
        if len(digits) == _LOCAL + 4 and digits[0] == "1":
            return f"+{digits}"
        if len(digits) == _LOCAL:
            return digits
    return _parsed(text, region) if len(digits) >= _LOCAL - 1 else ""


@lru_cache(maxsize=50_000)
def _parsed(text: str, region: str) -> str:
    import phonenumbers

    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return ""
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
