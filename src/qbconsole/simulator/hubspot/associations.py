"""Who belongs to whom: typed links between records, kept from both ends (hubspot.md 3, "Associations")."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qbconsole.simulator.hubspot.refusals import invalid

if TYPE_CHECKING:
    from qbconsole.simulator.database import Database

_PAIRS: dict[tuple[str, str], dict[str, int]] = {
    ("deals", "companies"): {"": 341, "primary": 5},
    ("companies", "deals"): {"": 342, "primary": 6},
    ("contacts", "companies"): {"": 279, "primary": 1},
    ("companies", "contacts"): {"": 280, "primary": 2},
    ("deals", "contacts"): {"": 3},
    ("contacts", "deals"): {"": 4},
    ("deals", "line_items"): {"": 19},
    ("line_items", "deals"): {"": 20},
    ("deals", "quotes"): {"": 63},
    ("quotes", "deals"): {"": 64},
    ("quotes", "line_items"): {"": 67},
    ("line_items", "quotes"): {"": 68},
    ("quotes", "contacts"): {"": 69, "signer": 702},
    ("contacts", "quotes"): {"": 70, "signer": 703},
    ("quotes", "companies"): {"": 71},
    ("companies", "quotes"): {"": 72},
    ("tasks", "deals"): {"": 216},
    ("deals", "tasks"): {"": 215},
    ("tasks", "companies"): {"": 192},
    ("companies", "tasks"): {"": 191},
    ("tasks", "contacts"): {"": 204},
    ("contacts", "tasks"): {"": 203},
    ("tasks", "quotes"): {"": 218},
    ("quotes", "tasks"): {"": 217},
    ("notes", "deals"): {"": 214},
    ("deals", "notes"): {"": 213},
    ("notes", "companies"): {"": 190},
    ("companies", "notes"): {"": 189},
    ("notes", "contacts"): {"": 202},
    ("contacts", "notes"): {"": 201},
}
"""Type ids by direction and label; "" is the plain one. The pairs that hubspot.md does not list are the guide's."""

_ONE_OF = {("deals", "companies"), ("contacts", "companies")}
"""From these, at most one record is the primary one."""
_OTHER_LABELS = {"signer": "Signer", "primary": "Primary"}


class Associations:
    """The links of every record, both ways, in the order in which they were made."""

    def __init__(self, database: Database) -> None:
        self._links = database.collection("hubspot.associations")
        self._labels = database.collection("hubspot.association_labels")
        self._database = database

    def types(self, kind: str, to_kind: str) -> list[dict[str, Any]]:
        """The association types of a pair as the labels endpoint lists them; a refusal when there are none."""
        if (vendor := _PAIRS.get((kind, to_kind))) is None:
            raise invalid(f"No valid association type exists between {kind} and {to_kind}")
        own = [label["shown"] for label in self._labels if label["pair"] == [kind, to_kind]]
        shown = [
            {"category": "HUBSPOT_DEFINED", "typeId": number, "label": _OTHER_LABELS.get(label)}
            for label, number in sorted(vendor.items(), key=lambda one: one[0] == "")
        ]
        return [*shown, *own]

    def create_label(self, kind: str, to_kind: str, label: str, inverse: str) -> list[dict[str, Any]]:
        """Make a label of this account for a pair, with its mirror for the other direction."""
        self.types(kind, to_kind)
        made: list[dict[str, Any]] = []
        for pair, text in (((kind, to_kind), label), ((to_kind, kind), inverse)):
            number = self._database.next_number("hubspot.association_types", 1001)
            shown = {"category": "USER_DEFINED", "typeId": number, "label": text}
            self._labels.put(
                str(number), {"pair": list(pair), "shown": shown, "mirror": number + (1 if not made else -1)}
            )
            made.append(shown)
        return made if kind != to_kind else made[:1]

    def plain_type(self, kind: str, to_kind: str) -> int:
        """The unlabelled type of a pair."""
        self.types(kind, to_kind)
        return _PAIRS[kind, to_kind][""]

    def labelled_type(self, kind: str, to_kind: str, label: str) -> int:
        """The vendor's type of a pair under a label such as "primary"."""
        self.types(kind, to_kind)
        if (number := _PAIRS[kind, to_kind].get(label)) is None:
            raise invalid(f"No association type {label!r} exists between {kind} and {to_kind}")
        return number

    def described(self, kind: str, to_kind: str, numbers: list[int]) -> list[dict[str, Any]]:
        """Type ids in the vendor's JSON, labelled ones first."""
        return [shown for shown in self.types(kind, to_kind) if shown["typeId"] in numbers]

    def pair_of(self, number: int) -> tuple[str, str] | None:
        """Which direction a type id is for."""
        if (own := self._labels.get(str(number))) is not None:
            return (own["pair"][0], own["pair"][1])
        return next((pair for pair, labels in _PAIRS.items() if number in labels.values()), None)

    def link(self, kind: str, record_id: str, to_kind: str, to_id: str, numbers: list[int]) -> None:
        """Add types to the link of two records; every link has the plain type as well."""
        for number in numbers:
            if number not in [shown["typeId"] for shown in self.types(kind, to_kind)]:
                raise invalid(f"Association type {number} is not valid between {kind} and {to_kind}")
        wanted = [self.plain_type(kind, to_kind), *numbers]
        for number in numbers:
            self._make_room_for_primary(kind, record_id, to_kind, to_id, number)
        self._add(kind, record_id, to_kind, to_id, wanted)
        self._add(to_kind, to_id, kind, record_id, [self._mirror(kind, to_kind, number) for number in wanted])

    def relabel(self, kind: str, record_id: str, to_kind: str, to_id: str, numbers: list[int]) -> None:
        """Replace the labels of a link (hubspot.md 4: PUT with a body of labels replaces the labels)."""
        self.unlink(kind, record_id, to_kind, to_id)
        self.link(kind, record_id, to_kind, to_id, numbers)

    def unlink(self, kind: str, record_id: str, to_kind: str, to_id: str) -> None:
        """Remove a link with all its types; none there is no error."""
        for end, other in (((kind, record_id), (to_kind, to_id)), ((to_kind, to_id), (kind, record_id))):
            links = dict(self.linked(end[0], end[1], other[0]))
            if links.pop(other[1], None) is not None:
                self._links.put(_key(end[0], end[1], other[0]), {"to": links})

    def linked(self, kind: str, record_id: str, to_kind: str) -> dict[str, list[int]]:
        """The ids of that kind which a record is linked to, each with its type ids. Not to be changed in place."""
        found = self._links.get(_key(kind, record_id, to_kind))
        return found["to"] if found else {}

    def linked_kinds(self, kind: str) -> list[str]:
        """The kinds that a kind can be linked to."""
        return [to_kind for from_kind, to_kind in _PAIRS if from_kind == kind]

    def has_primary(self, kind: str, to_kind: str) -> bool:
        """Whether a record of `kind` has at most one primary record of `to_kind`."""
        return (kind, to_kind) in _ONE_OF

    def primary(self, kind: str, record_id: str, to_kind: str) -> str | None:
        """The id of the record's primary one of that kind."""
        number = _PAIRS[kind, to_kind].get("primary")
        return next(
            (to_id for to_id, numbers in self.linked(kind, record_id, to_kind).items() if number in numbers), None
        )

    def _mirror(self, kind: str, to_kind: str, number: int) -> int:
        if (own := self._labels.get(str(number))) is not None:
            return int(own["mirror"])
        label = next(label for label, known in _PAIRS[kind, to_kind].items() if known == number)
        return _PAIRS[to_kind, kind][label]

    def _make_room_for_primary(self, kind: str, record_id: str, to_kind: str, to_id: str, number: int) -> None:
        if (kind, to_kind) not in _ONE_OF:
            kind, record_id, to_kind, to_id, number = (
                to_kind,
                to_id,
                kind,
                record_id,
                self._mirror(kind, to_kind, number),
            )
        if (kind, to_kind) not in _ONE_OF or number != _PAIRS[kind, to_kind]["primary"]:
            return
        old = self.primary(kind, record_id, to_kind)
        if old is not None and old != to_id:
            self._drop(kind, record_id, to_kind, old, number)
            self._drop(to_kind, old, kind, record_id, self._mirror(kind, to_kind, number))

    def _add(self, kind: str, record_id: str, to_kind: str, to_id: str, numbers: list[int]) -> None:
        links = self.linked(kind, record_id, to_kind)
        merged = sorted({*links.get(to_id, []), *numbers})
        self._links.put(_key(kind, record_id, to_kind), {"to": {**links, to_id: merged}})

    def _drop(self, kind: str, record_id: str, to_kind: str, to_id: str, number: int) -> None:
        links = self.linked(kind, record_id, to_kind)
        kept = [known for known in links[to_id] if known != number]
        self._links.put(_key(kind, record_id, to_kind), {"to": {**links, to_id: kept}})


def _key(kind: str, record_id: str, to_kind: str) -> str:
    return f"{kind}/{record_id}/{to_kind}"
