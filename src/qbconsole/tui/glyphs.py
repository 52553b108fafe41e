"""Signs beside words, with plain letters where the terminal's encoding has no others. A sign never stands alone."""

from __future__ import annotations

import locale
import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Glyphs:
    """The signs of one encoding; each is one cell wide."""

    good: str
    warning: str
    bad: str
    open: str
    held: str
    moving: str
    done: str
    mark: str
    cursor: str
    bar: str
    dot: str
    levels: str


UNICODE = Glyphs("✓", "!", "✗", "?", "‖", "↑", "✓", "●", "▌", "█", "·", "▁▂▃▄▅▆▇█")
ASCII = Glyphs("+", "!", "x", "?", "=", "^", "+", "*", ">", "#", "-", "_.-=+*#@")


def glyphs() -> Glyphs:
    """The signs for this terminal: by `PYTHONIOENCODING` and the locale's encoding."""
    encoding = os.environ.get("PYTHONIOENCODING", "").split(":")[0] or locale.getpreferredencoding(do_setlocale=False)
    return UNICODE if "utf" in encoding.lower() else ASCII


SIGNS = glyphs()
"""The signs in use."""

_VERDICTS = {
    "clean": (SIGNS.good, "good", "clean"),
    "warning": (SIGNS.warning, "warn", "check"),
    "blocked": (SIGNS.bad, "bad", "blocked"),
    "candidate": (SIGNS.open, "warn", "candidate"),
    "none": (SIGNS.dot, "dim", "none"),
    "held": (SIGNS.held, "dim", "held"),
    "waiting": (SIGNS.moving, "accent", "waiting"),
    "sending": (SIGNS.moving, "accent", "sending"),
    "sent": (SIGNS.done, "good", "sent"),
    "parked": (SIGNS.bad, "bad", "parked"),
    "failed": (SIGNS.bad, "bad", "failed"),
}


def verdict(name: str) -> tuple[str, str, str]:
    """The sign, the tone and the word of a row's verdict."""
    return _VERDICTS.get(name, (SIGNS.dot, "dim", name))
