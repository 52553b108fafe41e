"""Postal addresses, reduced to house number, street and postcode."""

from __future__ import annotations

from functools import lru_cache

from qbconsole.matching.engine.words import folded, table


@lru_cache(maxsize=200_000)
def street(written: str) -> tuple[str, str]:
    """House number and street, without its kind ("Ave"), the unit, and what follows them; each may be empty."""
    number = ""
    name: list[str] = []
    kinds, units = table("street_words"), table("units")
    directions, ordinals = table("directions"), table("ordinals")
    for word in folded(written).split():
        if word in units and (number or name):
            break
        if not number and not name and word[0].isdigit():
            number = word
        elif word not in kinds:
            name.append(directions.get(word) or ordinals.get(word) or word)
    return number, " ".join(name)


def postcode(written: str) -> str:
    """A postcode without spaces; of a long American one the first five digits."""
    code = "".join(sign for sign in written[:20].casefold() if sign.isalnum())
    return code[:5] if code.isdigit() and len(code) == 9 else code
