"""Look-ups over the company's records, kept as records change and made anew after a rollback."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qbconsole.simulator.quickbooks import kinds, names, receivables

if TYPE_CHECKING:
    from qbconsole.simulator.quickbooks.company import Company

Record = dict[str, Any]


class Indexes:
    """Who bears a name, whose transactions there are, which document bears a number."""

    def __init__(self, company: Company) -> None:
        self._company = company
        self._generation = -1
        self._compare = ""
        self.holders: dict[str, tuple[str, str]] = {}
        self.by_customer: dict[str, dict[tuple[str, str], None]] = {}
        self.numbers: dict[tuple[str, str], str] = {}

    def current(self) -> Indexes:
        """These look-ups, made anew when a transaction was rolled back."""
        generation, compare = self._company.database.generation, self._company.switches["name_compare"]
        if (self._generation, self._compare) != (generation, compare):
            self._generation, self._compare = generation, compare
            self.holders, self.by_customer, self.numbers = names.holders(self._company), {}, {}
            for kind in kinds.TRANSACTIONS:
                for record in self._company.shelf(kind):
                    self.put(kind, record)
        return self

    def forget(self) -> None:
        """Make everything anew when it is next asked for."""
        self._generation = -1

    def _folded(self, record: Record) -> str:
        return names.folded(record["FullyQualifiedName"], self._compare)

    def put(self, kind: str, record: Record) -> None:
        """Take a record in."""
        if kind in kinds.NAMES:
            self.holders[self._folded(record)] = (kind, record["Id"])
        if kind in receivables.OWED:
            for customer in receivables.customers(self._company, kind, record):
                self.by_customer.setdefault(customer, {})[kind, record["Id"]] = None
        elif "CustomerRef" in record and kind in kinds.TRANSACTIONS:
            self.by_customer.setdefault(str(record["CustomerRef"]["value"]), {})[kind, record["Id"]] = None
        if record.get("DocNumber"):
            self.numbers[kind, str(record["DocNumber"])] = record["Id"]

    def remove(self, kind: str, record: Record) -> None:
        """Take a record out."""
        if kind in kinds.NAMES:
            self.holders.pop(self._folded(record), None)
        if kind in kinds.TRANSACTIONS:
            for customer in receivables.customers(self._company, kind, record):
                self.by_customer.get(customer, {}).pop((kind, record["Id"]), None)
        number = (kind, str(record.get("DocNumber")))
        if self.numbers.get(number) == record["Id"]:
            del self.numbers[number]
