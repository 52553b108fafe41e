"""Which faults are in force, which strikes a request, and how often each struck."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

from qbconsole.simulator.faults.specification import FAULTS, Rule, parse

if TYPE_CHECKING:
    from collections.abc import Callable

    from qbconsole.simulator.database import Database


class Faults:
    """The faults in force, and how often each struck. Both outlive a restart with the same specification."""

    def __init__(self, database: Database, spec: str = "", seed: int = 0) -> None:
        self._database = database
        self._state = database.collection("faults")
        self._rules = parse(spec)
        with database.transaction():
            self._take_up(spec)
        self.random = random.Random(f"{seed}/{self.total}")
        """Decides what strikes, and in which of its variants."""

    def _take_up(self, spec: str) -> None:
        stored = self._state.get("state")
        if stored is None or stored["spec"] != spec:
            left = {rule.text: rule.count for rule in self._rules if rule.count is not None}
            hits = stored["hits"] if stored else {}
            self._state.put("state", {"spec": spec, "left": left, "hits": hits})

    @property
    def _stored(self) -> dict[str, Any]:
        return self._state.get("state") or {"spec": "", "left": {}, "hits": {}}

    @property
    def spec(self) -> str:
        """The specification in force."""
        return str(self._stored["spec"])

    @property
    def hits(self) -> dict[str, int]:
        """How often each fault struck, by name."""
        return dict(self._stored["hits"])

    @property
    def total(self) -> int:
        """How often any fault struck."""
        return sum(self.hits.values())

    def document(self) -> dict[str, Any]:
        """Specification, hits and what is left of the counts, for `/control/faults`."""
        return {"spec": self.spec, "hit": self.total, "by_fault": self.hits, "left": dict(self._stored["left"])}

    def explained(self) -> dict[str, Any]:
        """The document, with every fault there is and what it does."""
        return self.document() | {"faults": {name: kind.meaning for name, kind in FAULTS.items()}}

    def configure(self, spec: str) -> None:
        """Put another specification in force, its counts full; ValueError if it is wrong."""
        self._rules = parse(spec)
        with self._database.transaction():
            self._state.put("state", self._stored | {"spec": ""})
            self._take_up(spec)

    def strike(self, endpoints: list[str], concerns: Callable[[str], bool]) -> list[Rule]:
        """What strikes a request: any delays, and at most one other fault.

        Args:
            endpoints: the names as which the request counts.
            concerns: whether a fault, by name, can do anything to the request; one that cannot does not strike.
        """
        struck: list[Rule] = []
        for rule in self._rules:
            if (not rule.endpoint or rule.endpoint in endpoints) and concerns(rule.name) and self._happens(rule):
                struck.append(rule)
                if rule.name != "delay":
                    break
        if struck:
            self._count(struck)
        return struck

    def _happens(self, rule: Rule) -> bool:
        if rule.count is not None:
            return int(self._stored["left"].get(rule.text, 0)) > 0
        return self.random.random() < rule.rate

    def _count(self, struck: list[Rule]) -> None:
        state = self._stored
        left, hits = dict(state["left"]), dict(state["hits"])
        for rule in struck:
            hits[rule.name] = hits.get(rule.name, 0) + 1
            if rule.count is not None:
                left[rule.text] -= 1
        with self._database.transaction():
            self._state.put("state", state | {"left": left, "hits": hits})
