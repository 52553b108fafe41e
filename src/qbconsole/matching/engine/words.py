"""Text reduced to what tells records apart, without case, accents, punctuation, legal forms, abbreviations."""

from __future__ import annotations

import json
import re
import unicodedata
from functools import cache, lru_cache
from importlib import resources
from typing import Any

LONGEST = 200
"""More characters of one field than this are not read."""

_JOINT = 7
"""Only a longer word may have its legal form written without a space."""
_PLAIN = {code: " " for code in range(128) if not chr(code).isalnum()} | {ord(sign): None for sign in "'`’‘"}
_PLAIN |= {code: chr(code).lower() for code in range(ord("A"), ord("Z") + 1)} | {ord("&"): " and "}
_INITIALS = re.compile(r"\b(?:\w\.){2,}(?:\w\b)?")
_DELETED = re.compile(r"\s*\(deleted[^)]*\)(\s*\d+)?\s*$", re.IGNORECASE)
_REGISTER = re.compile(r"\s*/[A-Za-z]{2,3}/?\s*$")
_OTHER_NAME = re.compile(
    r"\s(?:d\s?[./]?\s?b\s?[./]?\s?a\.?|t/a|trading as|doing business as|a\.?k\.?a\.?|f/k/a|formerly)\s", re.IGNORECASE
)
_CARE_OF = re.compile(r"\s(?:c/o|attn:?|attention:?)\s", re.IGNORECASE)


@cache
def table(name: str) -> Any:
    """One of the word lists that come with the engine: a frozen set, or a mapping."""
    found = _file()[name]
    if name == "abbreviations":
        found = _file()["nicknames"] | found
    return frozenset(found) if isinstance(found, list) else found


@cache
def _file() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(resources.files(__package__).joinpath("words.json").read_text(encoding="utf-8"))
    return found


def folded(text: str) -> str:
    """Small letters and digits, words apart by spaces: no accents, no punctuation, no control signs."""
    text = text[:LONGEST]
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text.casefold())
        text = "".join(sign for sign in text if not unicodedata.combining(sign))
        text = "".join(sign if sign.isalnum() or sign in "'`’‘&." else " " for sign in text)
    if "." in text:
        text = _INITIALS.sub(lambda found: found[0].replace(".", "") + " ", text)
    return text.translate(_PLAIN)


def written_names(name: str) -> tuple[list[str], list[str]]:
    """The names that one field holds ("A dba B"), and the people it names ("A c/o Ann Lee")."""
    name = _DELETED.sub("", name[:LONGEST])
    if " " not in name:
        return [name], []
    name, *people = _CARE_OF.split(name)
    return [_REGISTER.sub("", part) for part in _OTHER_NAME.split(name)], people


@lru_cache(maxsize=20_000)
def name_words(name: str) -> tuple[str, ...]:
    """The words of a name without fillers and legal forms, abbreviations and nicknames written out; never empty for
    a name that has a letter."""
    words = folded(name).split()
    fillers, forms = table("fillers"), table("legal_forms")
    core = [word for word in words if word not in fillers] or words
    while len(core) > 1 and (core[-1] in forms or (len(core[-1]) == 1 and core[-1].isalpha())):
        core.pop()
    if core and len(core[-1]) > _JOINT:
        core[-1] = _without_joint_form(core[-1])
    written_out = table("abbreviations")
    core = [written_out.get(word, word) for word in core]
    if len(core) > 2:
        core = [word for word in core if len(word) > 1 or word.isdigit()] or core
    return tuple(core)


def _without_joint_form(word: str) -> str:
    """ "fitnesslimited" is "fitness"."""
    forms = (form for form in table("joint_forms") if word.endswith(form) and len(word) - len(form) > _JOINT // 2)
    return word.removesuffix(max(forms, key=len, default=""))
