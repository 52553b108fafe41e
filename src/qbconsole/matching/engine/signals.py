"""What a party shows of itself, as plain comparable values: one pass over the record."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from qbconsole.matching.engine import contact, place
from qbconsole.matching.engine.words import name_words, written_names

if TYPE_CHECKING:
    from qbconsole.matching.engine.party import Party

MOST_VALUES = 4
"""Of one kind a party is compared by so many values, the first ones."""
MOST_WORDS = 6
"""A name is compared word by word up to so many words; beyond, by its letters."""
SHORT, LONG = 8, 12
"""A domain and a name are taken for the same by so many first letters; more where the name's first word is long."""
_VOWELS = dict.fromkeys(map(ord, "aeiouyh"))


class Signals(NamedTuple):
    """The comparable values of one party. Every part may be empty."""

    words: tuple[str, ...]
    """The words of its name, sorted."""
    names: tuple[str, ...]
    """Each of its names: words sorted and joined."""
    emails: tuple[str, ...]
    domains: tuple[str, ...]
    phones: tuple[str, ...]
    local_phones: tuple[str, ...]
    """The last seven digits."""
    people: tuple[str, ...]
    """Each person: words sorted and joined."""
    handles: tuple[str, ...]
    """The letters of personal e-mail addresses before the @."""
    full_handles: tuple[str, ...]
    """What its people's handles would be: first and last name."""
    short_handles: tuple[str, ...]
    """The same with an initial, or one name alone."""
    street: tuple[str, ...]
    """House number and street as one text."""
    road: tuple[str, ...]
    house: tuple[str, ...]
    postcode: tuple[str, ...]
    city: tuple[str, ...]
    references: tuple[str, ...]
    letters: tuple[str, ...]
    """Parts of the name that a typo elsewhere leaves alone: its first and last letters, and its consonants."""
    labels: tuple[str, ...]
    """The beginnings of its own domains."""
    joined: tuple[str, ...]
    """What the beginning of its domain would be, by its name."""
    road_words: tuple[str, ...]


def signals(party: Party, region: str = "US") -> Signals:
    """The comparable values of a party.

    Args:
        party: the record.
        region: the country of phone numbers that name none, as two letters.
    """
    worded, persons = _names(party)
    emails = [address for one in party.emails for address in contact.mail(one)]
    handles = [letters for address in emails if (letters := contact.handle(address))]
    hosts = [address.rpartition("@")[2] for address in emails] + list(party.websites)
    domains = _some([domain for host in hosts if host and (domain := contact.own_domain(host))])
    phones = _some([number for one in party.phones if (number := contact.telephone(one, region))])
    house, road = place.street(party.street) if party.street else ("", "")
    postcode = place.postcode(party.postcode) if party.postcode else ""
    called = persons or [words for words in worded if len(words) in (2, 3)]
    return Signals(
        words=tuple(sorted(worded[0][:MOST_WORDS])) if worded else (),
        names=_some([" ".join(sorted(words)) for words in worded]),
        emails=_some(emails),
        domains=domains,
        phones=phones,
        local_phones=_some([number[-7:] for number in phones]),
        people=_some([" ".join(sorted(words)) for words in persons]),
        handles=_some(handles),
        full_handles=_some([form for words in called for form in (words[0] + words[-1], words[-1] + words[0])]),
        short_handles=_some([form for words in called for form in (words[0][0] + words[-1], words[0], words[-1])]),
        street=(f"{house} {road}".strip(),) if road or house else (),
        road=(road,) if road else (),
        house=(house,) if house else (),
        postcode=(postcode,) if postcode else (),
        city=(" ".join(name_words(party.city)),) if party.city else (),
        references=_some(list(party.references)),
        letters=_letters("".join(worded[0])) if worded else (),
        labels=_some([part for one in domains for part in _beginnings(one.partition(".")[0].replace("-", ""))]),
        joined=_some([part for words in worded for part in _beginnings("".join(words))[len(words[0]) >= SHORT - 1 :]]),
        road_words=tuple(road.split()[:MOST_WORDS]) if road else (),
    )


def _names(party: Party) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    """The words of its names, and of its people where they are called otherwise than it is."""
    written, people = [], list(party.people)
    for name in party.names:
        names, cared = written_names(name)
        written += names
        people += cared
    worded = [words for name in written if (words := name_words(name))]
    return worded, [words for one in people if len(words := name_words(one)) > 1 and words not in worded]


def _some(values: list[str]) -> tuple[str, ...]:
    return tuple(values) if len(values) < 2 else tuple(dict.fromkeys(values))[:MOST_VALUES]


def _letters(name: str) -> tuple[str, ...]:
    return (f"^{name[:5]}", f"{name[-5:]}$", name.translate(_VOWELS)[:6])


def _beginnings(text: str) -> tuple[str, ...]:
    return (text[:SHORT], text[:LONG]) if len(text) >= LONG else (text[:SHORT],) if len(text) >= SHORT else ()
