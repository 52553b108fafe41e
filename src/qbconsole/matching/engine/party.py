"""A party: one record of either list, as the engine reads it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Party:
    """Whatever is known of a business or person in one list; every part may be empty.

    `references` are ids that both lists keep, such as a CRM's id noted in accounting. `names` starts with the one that
    is shown. `sites` are addresses that work is done at, beside the postal one.
    """

    id: str
    names: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    websites: tuple[str, ...] = ()
    street: str = ""
    city: str = ""
    state: str = ""
    postcode: str = ""
    references: tuple[str, ...] = ()
