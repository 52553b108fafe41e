"""Where a season is played: the business, the book, the people, and the children that work on them."""

from __future__ import annotations

import random
import signal
from functools import partial
from typing import TYPE_CHECKING, Any

from tests.faults.campaign import office, operators
from tests.faults.campaign.children import Child, Ended, start
from tests.faults.campaign.coverage import Coverage
from tests.faults.campaign.people import Bookkeeper, Sales
from tests.faults.campaign.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from tests.faults.campaign.agreement import Found


class Stage:
    """One simulated business and one book on it."""

    def __init__(self, folder: Path, seed: int, off: Callable[[], None] | None) -> None:
        """Start the simulator and make the book; its database is not opened yet.

        Args:
            folder: where all of it is kept.
            seed: of the business.
            off: switches a guard off in every runner.
        """
        self.world = World(folder, seed)
        self.coverage = Coverage()
        self.backups = folder / "backups"
        self.restored = False
        """Whether that was done since the truth was looked at."""
        self._off = off
        self._children: list[Child] = []
        office.add_book(self.world.home, self.world.line["control_url"])
        pairs: Mapping[str, Any] = self.world.control("truth/pairs")
        self.customers_of: dict[str, set[str]] = {
            one["company_id"]: {one["customer_id"], *one["also"]} for one in pairs["pairs"]
        } | {company: set() for company in pairs["new"]}
        self.customers: dict[str, str] = {one["company_id"]: one["customer_id"] for one in pairs["pairs"]}
        self.sales = Sales(self.world, self._sellable())
        self.bookkeeper = Bookkeeper(self.world)

    def _sellable(self) -> list[str]:
        """Companies to which deals are sold: some that the rules link, some new, some that a person has to link."""
        new = sorted(company for company, customers in self.customers_of.items() if not customers)
        return sorted(self.customers)[:14] + new[:4]

    def close(self) -> None:
        """End everything."""
        for child in self._children:
            child.send(signal.SIGKILL)
            child.wait()
        self.world.stop()

    # --- children -----------------------------------------------------------------------------------------------------

    def child(self, work: Callable[[], Any], **how: Any) -> Child:
        """Fork a child; `how` is as `children.start` has it."""
        made = start(work, log=self.world.log, **how)
        self._children = [*(one for one in self._children if one.lives()), made]
        return made

    def runner(self, *, hours: float = 0, **how: Any) -> Child:
        """A one-shot runner with its clock so many hours off."""
        return self.child(partial(office.run_once, self.world.book, hours=hours, adapt=self._off), **how)

    def lasting_runner(self) -> Child:
        """The runner's own process."""
        return self.child(partial(office.run_until_stopped, self.world.home, self._off))

    def operator(self, rng: random.Random, count: int, **how: Any) -> Child:
        """An operator who takes so many decisions."""
        return self.child(partial(operators.operate, self.world.book, self.customers, str(rng.random()), count), **how)

    def done(self, what: str, work: Callable[[], Any]) -> Any:
        """What a child's work came to; it must come to its end.

        Raises:
            RuntimeError: it did not.
        """
        ended = self.child(work).wait()
        if ended.error or ended.signal:
            raise RuntimeError(f"{what}: {ended.error or signal.Signals(ended.signal).name}")
        return ended.result

    def noted(self, ended: Ended) -> list[Found]:
        """Count what a runner or operator told; a bare traceback is a finding."""
        if ended.error:
            return [("unequal", f"a traceback: {ended.error.strip()}")]
        if isinstance(ended.result, office.Ran):
            self.coverage.add("cycles", ended.result.problem or "done")
            self.coverage.add("recognised", "fenced writes", ended.result.fenced)
            self.coverage.add("recognised", "busy runners", int(ended.result.problem == "Busy"))
        if isinstance(ended.result, operators.Worked):
            for name, count in ended.result.done.items():
                self.coverage.add("operator", name, count)
            return [("unequal", one) for one in ended.result.broke]
        return []

    def all_noted(self, children: Sequence[Child]) -> list[Found]:
        """Wait for several and count what they told."""
        return [found for child in children for found in self.noted(child.wait())]
