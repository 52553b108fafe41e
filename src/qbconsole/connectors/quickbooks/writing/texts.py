"""How long the texts may be that QuickBooks takes (quickbooks.md 8.1, 8.4, 8.5).

Nobody's words are ever cut: too long a text is refused, by name, before anything is sent.
"""

from __future__ import annotations

from qbconsole.domain.errors import NeedsPerson

NAME, COMPANY_NAME, EMAIL, PHONE, NOTES = 500, 100, 100, 30, 2000
NUMBER, PRIVATE_NOTE, MESSAGE, DESCRIPTION, COPIES, CUSTOM_VALUE = 21, 4000, 1000, 4000, 200, 31
FORBIDDEN_IN_NAMES = (":", "\t", "\n")


def within(words: str, text: str, limit: int) -> str:
    """The text, if QuickBooks will take it whole.

    Raises:
        NeedsPerson: it is too long.
    """
    if len(text) > limit:
        raise NeedsPerson(
            f"The {words} has {len(text)} characters, and QuickBooks holds {limit}.",
            next_step="Shorten it, then press R.",
        )
    return text


def checked_name(name: str) -> str:
    """A display name that QuickBooks takes; of a job it is the last part alone.

    Raises:
        NeedsPerson: it is empty, too long, or has a colon, tab or line break.
    """
    if not name.strip() or any(sign in name for sign in FORBIDDEN_IN_NAMES):
        raise NeedsPerson(
            f"QuickBooks takes no customer named {name!r}: a name may hold no colon, tab or line break.",
            next_step="Correct the company's name in the CRM, then press c again.",
        )
    return within("customer's name", name, NAME)


def with_tag(notes: str, tag: str) -> str:
    """Somebody's notes with our line behind them.

    Raises:
        NeedsPerson: both together are longer than QuickBooks holds.
    """
    return within("customer's notes in QuickBooks with our line", f"{notes.rstrip()}\n{tag}".lstrip(), NOTES)


def without_line(text: str, line: str) -> str:
    """The text without exactly that line; other people's lines stay as they are."""
    return "\n".join(part for part in text.splitlines() if part.strip() != line)
