"""How the same thing gets written differently: misspelt, restyled, abbreviated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qbconsole.simulator.business.names import ALIASES

if TYPE_CHECKING:
    import random


def misspell(name: str, rng: random.Random) -> str:
    """One slip of the fingers in the first long word: a swap, a lost or doubled letter."""
    words = name.split(" ")
    at = next((n for n, word in enumerate(words) if len(word) > 4), 0)
    word = words[at]
    place = rng.randint(1, max(1, len(word) - 3))
    slips = [
        word[:place] + word[place + 1] + word[place] + word[place + 2 :],
        word[:place] + word[place + 1 :],
        word[:place] + word[place] + word[place:],
    ]
    words[at] = rng.choice([slip for slip in slips if slip != word] or [word + "e"])
    return " ".join(words)


def restyle(name: str, rng: random.Random) -> str:
    """The same name in another dress: case, spaces, "and" for "&", comma or point before the legal form."""
    return rng.choice(
        [
            name.upper(),
            name.replace("  ", " ") + " ",
            name.replace(" & ", " and ") if "&" in name else name.replace(" ", "  ", 1),
            name.replace(" LLC", ", L.L.C.").replace(" Inc.", ", Inc"),
        ]
    )


def phone(digits: str, rng: random.Random) -> str:
    """Ten digits in one of the ways in which people type them."""
    area, first, rest = digits[:3], digits[3:6], digits[6:]
    return rng.choice(
        [
            f"({area}) {first}-{rest}",
            f"{area}-{first}-{rest}",
            f"{area}.{first}.{rest}",
            f"+1 {area} {first} {rest}",
            digits,
        ]
    )


def street(text: str, rng: random.Random) -> str:
    """A street with its kind spelt out, in capitals, or with a suite."""
    long = text
    for word, short in ALIASES.items():
        if text.endswith(" " + short):
            long = text[: -len(short)] + word
    return rng.choice([text, long, long, text.upper(), f"{text}, Ste {rng.randint(100, 420)}"])


def email(address: str, rng: random.Random) -> str:
    """The same address, sometimes with capitals."""
    return address if rng.random() < 0.85 else address[0].upper() + address[1:]
