"""Who belongs to whom: typed links between records, kept from both ends (hubspot.md 3, "Associations")."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qbconsole.simulator.hubspot.association_types import ONE_OF, PAIRS, VENDOR_LABELS
from qbconsole.simulator.hubspot.refusals import Refusal, invalid, not_found

if TYPE_CHECKING:
    from qbconsole.simulator.database import Database

FIRST_OWN_TYPE = 1001
"""The first number of a label of this account; the vendor's own types lie below."""


class Associations:
    """The links of every record, both ways, in the order in which they were made."""

    def __init__(self, database: Database) -> None:
        self._links = database.collection("hubspot.associations")
        self._labels = database.collection("hubspot.association_labels")
        self._limits = database.collection("hubspot.association_limits")
        self._database = database

    def types(self, kind: str, to_kind: str) -> list[dict[str, Any]]:
        """The association types of a pair as the labels endpoint lists them; a refusal when there are none."""
        if (vendor := PAIRS.get((kind, to_kind))) is None:
            raise invalid(f"No valid association type exists between {kind} and {to_kind}")
        own = [label["shown"] for label in self._labels if label["pair"] == [kind, to_kind]]
        shown = [
            {"category": "HUBSPOT_DEFINED", "typeId": number, "label": VENDOR_LABELS.get(label)}
            for label, number in sorted(vendor.items(), key=lambda one: one[0] == "")
        ]
        return [*shown, *own]

    def create_label(self, kind: str, to_kind: str, label: str, inverse: str) -> list[dict[str, Any]]:
        """Make a label of this account for a pair, with its mirror for the other direction."""
        self.types(kind, to_kind)
        made: list[dict[str, Any]] = []
        for pair, text in (((kind, to_kind), label), ((to_kind, kind), inverse)):
            number = self._database.next_number("hubspot.association_types", FIRST_OWN_TYPE)
            shown = {"category": "USER_DEFINED", "typeId": number, "label": text}
            mirror = number + (1 if not made else -1)
            self._labels.put(str(number), {"pair": list(pair), "shown": shown, "mirror": mirror})
            made.append(shown)
        return made

    def rename_label(self, kind: str, to_kind: str, number: int, label: str, inverse: str | None) -> None:
        """Give a label of this account another text."""
        own = self._own_label(kind, to_kind, number)
        self._labels.put(str(number), own | {"shown": own["shown"] | {"label": label}})
        other = self._labels.get(str(own["mirror"]))
        if inverse is not None and other is not None:
            self._labels.put(str(own["mirror"]), other | {"shown": other["shown"] | {"label": inverse}})

    def remove_label(self, kind: str, to_kind: str, number: int) -> None:
        """Forget a label of this account, in both directions; the links that had it stay, without it."""
        mirror = int(self._own_label(kind, to_kind, number)["mirror"])
        for key in self._links.ids():
            links = (self._links.get(key) or {"to": {}})["to"]
            if any({number, mirror} & set(numbers) for numbers in links.values()):
                kept = {to_id: [one for one in had if one not in (number, mirror)] for to_id, had in links.items()}
                self._links.put(key, {"to": kept})
        self._labels.remove(str(number))
        self._labels.remove(str(mirror))

    def _own_label(self, kind: str, to_kind: str, number: int) -> dict[str, Any]:
        own = self._labels.get(str(number))
        if own is None or own["pair"] != [kind, to_kind]:
            raise not_found(f"No association label {number} between {kind} and {to_kind}")
        return own

    def unlabel(self, kind: str, record_id: str, to_kind: str, to_id: str, numbers: list[int]) -> None:
        """Take labels off a link; the plain type stays with it."""
        plain = self.plain_type(kind, to_kind)
        had = self.linked(kind, record_id, to_kind).get(to_id, [])
        for number in numbers:
            if number != plain and number in had:
                self._drop(kind, record_id, to_kind, to_id, number)
                self._drop(to_kind, to_id, kind, record_id, self._mirror(kind, to_kind, number))

    def limits(self, kind: str, to_kind: str) -> list[dict[str, Any]]:
        """The types of a pair that a record may have at most so often, as this account configured it."""
        found = []
        for shown in self.types(kind, to_kind):
            if (limit := self._limits.get(f"{kind}/{to_kind}/{shown['typeId']}")) is not None:
                label = {"label": shown["label"]} if shown["label"] else {}
                found.append(
                    {"category": shown["category"], "typeId": shown["typeId"], **label}
                    | {"userEnforcedMaxToObjectIds": limit["most"]}
                )
        return found

    def limit(self, kind: str, to_kind: str, number: int, most: int | None) -> dict[str, Any]:
        """Let a record have a type at most so often; None: any number of times."""
        shown = next((one for one in self.types(kind, to_kind) if one["typeId"] == number), None)
        if shown is None:
            raise invalid(f"Association type {number} is not valid between {kind} and {to_kind}")
        key = f"{kind}/{to_kind}/{number}"
        if most is None:
            self._limits.remove(key)
            return {"category": shown["category"], "typeId": number}
        self._limits.put(key, {"most": most})
        return {"category": shown["category"], "typeId": number, "userEnforcedMaxToObjectIds": most}

    def pairs(self) -> list[tuple[str, str]]:
        """Every pair of kinds that can be linked."""
        return list(PAIRS)

    def _check_limits(self, kind: str, record_id: str, to_kind: str, to_id: str, numbers: list[int]) -> None:
        links = self.linked(kind, record_id, to_kind)
        for number in numbers:
            limit = self._limits.get(f"{kind}/{to_kind}/{number}")
            others = sum(number in had for other, had in links.items() if other != to_id)
            if limit is not None and others >= limit["most"]:
                text = f"{kind} {record_id} can have association type {number} to at most {limit['most']} {to_kind}."
                raise Refusal(400, text, "VALIDATION_ERROR", sub_category="crm.associations.LIMIT_EXCEEDED")

    def plain_type(self, kind: str, to_kind: str) -> int:
        """The unlabelled type of a pair."""
        self.types(kind, to_kind)
        return PAIRS[kind, to_kind][""]

    def labelled_type(self, kind: str, to_kind: str, label: str) -> int:
        """The vendor's type of a pair under a label such as "primary"."""
        self.types(kind, to_kind)
        if (number := PAIRS[kind, to_kind].get(label)) is None:
            raise invalid(f"No association type {label!r} exists between {kind} and {to_kind}")
        return number

    def described(self, kind: str, to_kind: str, numbers: list[int]) -> list[dict[str, Any]]:
        """Type ids in the vendor's JSON, labelled ones first."""
        return [shown for shown in self.types(kind, to_kind) if shown["typeId"] in numbers]

    def pair_of(self, number: int) -> tuple[str, str] | None:
        """Which direction a type id is for."""
        if (own := self._labels.get(str(number))) is not None:
            return (own["pair"][0], own["pair"][1])
        return next((pair for pair, labels in PAIRS.items() if number in labels.values()), None)

    def link(self, kind: str, record_id: str, to_kind: str, to_id: str, numbers: list[int]) -> None:
        """Add types to the link of two records; every link has the plain type as well."""
        for number in numbers:
            if number not in [shown["typeId"] for shown in self.types(kind, to_kind)]:
                raise invalid(f"Association type {number} is not valid between {kind} and {to_kind}")
        wanted = [self.plain_type(kind, to_kind), *numbers]
        mirrored = [self._mirror(kind, to_kind, number) for number in wanted]
        self._check_limits(kind, record_id, to_kind, to_id, wanted)
        self._check_limits(to_kind, to_id, kind, record_id, mirrored)
        for number in numbers:
            self._make_room_for_primary(kind, record_id, to_kind, to_id, number)
        self._add(kind, record_id, to_kind, to_id, wanted)
        self._add(to_kind, to_id, kind, record_id, mirrored)

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
        return [to_kind for from_kind, to_kind in PAIRS if from_kind == kind]

    def has_primary(self, kind: str, to_kind: str) -> bool:
        """Whether a record of `kind` has at most one primary record of `to_kind`."""
        return (kind, to_kind) in ONE_OF

    def primary(self, kind: str, record_id: str, to_kind: str) -> str | None:
        """The id of the record's primary one of that kind."""
        number = PAIRS[kind, to_kind].get("primary")
        return next(
            (to_id for to_id, numbers in self.linked(kind, record_id, to_kind).items() if number in numbers), None
        )

    def _mirror(self, kind: str, to_kind: str, number: int) -> int:
        if (own := self._labels.get(str(number))) is not None:
            return int(own["mirror"])
        label = next(label for label, known in PAIRS[kind, to_kind].items() if known == number)
        return PAIRS[to_kind, kind][label]

    def _make_room_for_primary(self, kind: str, record_id: str, to_kind: str, to_id: str, number: int) -> None:
        if (kind, to_kind) not in ONE_OF:
            kind, record_id, to_kind, to_id, number = (
                to_kind,
                to_id,
                kind,
                record_id,
                self._mirror(kind, to_kind, number),
            )
        if (kind, to_kind) not in ONE_OF or number != PAIRS[kind, to_kind]["primary"]:
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
