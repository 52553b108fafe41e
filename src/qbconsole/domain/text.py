"""Text from a remote is data: made safe here before it reaches a screen, a log, a mail or a file name."""

from __future__ import annotations

import re
import unicodedata

_BIDI = "\u200e\u200f\u202a-\u202e\u2066-\u2069"
_INVISIBLE = "\u00ad\u200b-\u200d\u2028\u2029\u2060-\u2064\ufeff\U000e0000-\U000e007f"
_UNSAFE = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f{_BIDI}{_INVISIBLE}]|[\ud800-\udfff]")
_SECRET = re.compile(r"(?i)\b(?:bearer|basic)\s+[^\s'\"]+|(?<=code=)[^&\s'\"]+|(?<=state=)[^&\s'\"]+|[\w.~+=-]{40,}")
"""An authorization, what a redirect carries, and any run of characters that is as long as keys and tokens are."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


class SafeText(str):
    """Text that went through `safe_text`; widgets, logs and files accept no other remote text."""

    __slots__ = ()


def _visible(match: re.Match[str]) -> str:
    code = ord(match.group())
    return chr(0x2400 + code) if code < 0x20 else "\ufffd"


def safe_text(raw: str, *, limit: int = 500, lines: bool = False) -> SafeText:
    """Remote text without control characters, escapes, bidi marks and invisible signs, in NFC, bounded in length.

    Args:
        raw: what the remote said.
        limit: most characters kept; a longer text ends in an ellipsis.
        lines: keep line feeds and tabs; otherwise they become spaces.
    """
    if isinstance(raw, SafeText) and len(raw) <= limit and (lines or "\n" not in raw):
        return raw
    text = unicodedata.normalize("NFC", raw[: limit * 4])
    if not lines:
        text = text.replace("\r\n", " ").replace("\n", " ").replace("\r", " ").replace("\t", " ")
    text = _UNSAFE.sub(_visible, text)
    return SafeText(text if len(text) <= limit else text[: limit - 1] + "…")


def redacted(text: str) -> str:
    """Text of a failure without what may be a token, a key or a code; its words, numbers and places stay."""
    return _SECRET.sub("(left out)", text)


def export_cell(text: str) -> str:
    """A text cell for a spreadsheet in which nothing is taken for a formula (ASVS 1.2.10)."""
    return "'" + text if text.startswith(_FORMULA) else text
