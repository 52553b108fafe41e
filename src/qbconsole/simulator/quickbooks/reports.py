"""Receivables reports in the vendor's envelope of Header, Columns and Rows (quickbooks.md 2.1 and its report pages)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from qbconsole.simulator.quickbooks import checks, payments, receivables, wire
from qbconsole.simulator.quickbooks.fault import Fault, bad_value
from qbconsole.simulator.quickbooks.wire import decimal

if TYPE_CHECKING:
    from collections.abc import Callable

    from qbconsole.simulator.quickbooks.company import Company

Record = dict[str, Any]
ZERO = Decimal("0.00")
_METHODS = ("Report_Date", "Current")


@dataclass(frozen=True)
class Open:
    """One thing that is open of one customer on the report's date; credits are negative."""

    customer: str
    kind: str
    id: str
    number: str
    day: str
    due: str
    amount: Decimal


@dataclass(frozen=True)
class Asked:
    """What a request asks for."""

    name: str
    on: date
    aged_on: date
    method: str
    customers: frozenset[str]
    width: int
    """Days in a period."""
    periods: int


@dataclass
class Branch:
    """One customer in the report: its own amounts and its jobs'."""

    record: Record
    own: list[Decimal]
    jobs: list[Branch] = field(default_factory=list)

    def total(self) -> list[Decimal]:
        """Its own amounts and those of everything below it."""
        sums = self.own
        for job in self.jobs:
            sums = [one + other for one, other in zip(sums, job.total(), strict=True)]
        return sums

    def is_empty(self) -> bool:
        """Whether there is nothing to show, here or below."""
        return not any(self.own) and all(job.is_empty() for job in self.jobs)


def answer(company: Company, name: str, query: dict[str, str]) -> Record:
    """A report.

    Raises:
        Fault: 500, it is none that is served; 2060 or 2170, a parameter is wrong.
    """
    found = _REPORTS.get(name.lower())
    if found is None:
        raise Fault("500", "Unsupported Operation", f"Operation report {name} is not supported.")
    title, write = found
    asked = _asked(company, title, query)
    return write(company, asked, _open(company, asked))


def _asked(company: Company, name: str, query: dict[str, str]) -> Asked:
    method = query.get("aging_method", "Report_Date")
    if method not in _METHODS:
        raise bad_value(method, "aging_method")
    today = company.today()
    day = checks.day(query["report_date"], "report_date") if query.get("report_date") else today.isoformat()
    on = date.fromisoformat(day)
    customers = frozenset(part for part in query.get("customer", "").split(",") if part)
    width, periods = (_whole(query, key, default) for key, default in (("aging_period", 30), ("num_periods", 4)))
    return Asked(name, on, on if method == "Report_Date" else today, method, customers, width, periods)


def _whole(query: dict[str, str], key: str, default: int) -> int:
    text = query.get(key, str(default))
    if not text.isdecimal() or not 0 < int(text) <= 1000:
        raise bad_value(text, key)
    return int(text)


# --- what was open ----------------------------------------------------------------------------------------------------


def _open(company: Company, asked: Asked) -> list[Open]:
    """All that was open on the report's date: what is dated later is not there yet, nor is what it settled."""
    later = _settled_later(company, asked.on)
    found = []
    for kind in receivables.OWED:
        for record in company.records(kind):
            if date.fromisoformat(record["TxnDate"]) <= asked.on:
                found += _opens(company, kind, record, later)
    wanted = [entry for entry in found if entry.amount and _is_asked_for(company, asked, entry)]
    return sorted(wanted, key=lambda entry: (entry.due, int(entry.id)))


def _is_asked_for(company: Company, asked: Asked, entry: Open) -> bool:
    return not asked.customers or not asked.customers.isdisjoint(company.ancestry(entry.customer))


def _settled_later(company: Company, on: date) -> dict[tuple[str, str], Decimal]:
    """By (kind, id): what payments dated after a day took off."""
    later: dict[tuple[str, str], Decimal] = {}
    for payment in company.shelf("Payment"):
        if date.fromisoformat(payment["TxnDate"]) > on:
            for key, amount in payments.by_target(payment["Line"]).items():
                later[key] = later.get(key, ZERO) + amount
    return later


def _opens(company: Company, kind: str, record: Record, later: dict[tuple[str, str], Decimal]) -> list[Open]:
    if kind in receivables.DOCUMENTS:
        back = later.get((kind, record["Id"]), ZERO)
        amount = {
            "Invoice": lambda: record["Balance"] + back,
            "CreditMemo": lambda: -record["Balance"] - back,
            "Payment": lambda: -record["UnappliedAmt"],
        }[kind]()
        amounts = {str(record["CustomerRef"]["value"]): Decimal(amount)}
    else:
        booked = receivables.booked(company, kind, record)
        amounts = {customer: receivables.open_booked(company, kind, record, customer) for customer in booked}
    rate = decimal(record.get("ExchangeRate") or 1) if company.switches["report_currency"] == "home" else Decimal(1)
    day, due = str(record["TxnDate"]), str(record.get("DueDate", record["TxnDate"]))
    number = str(record.get("DocNumber") or record.get("PaymentRefNum") or "")
    return [
        Open(customer, kind, record["Id"], number, day, due, company.rounded(amount * rate))
        for customer, amount in amounts.items()
    ]


# --- rows -------------------------------------------------------------------------------------------------------------


def _aged(company: Company, asked: Asked, found: list[Open]) -> Record:
    """AgedReceivables: by customer, in periods of days past due."""
    count = asked.periods + 1
    amounts: dict[str, list[Decimal]] = {}
    for entry in found:
        row = amounts.setdefault(entry.customer, [ZERO] * (count + 1))
        for place in (_period(asked, entry), count):
            row[place] += entry.amount
    titles = [*_titles(asked), "Total"]
    return _by_customer(company, asked, amounts, titles)


def _period(asked: Asked, entry: Open) -> int:
    overdue = (asked.aged_on - date.fromisoformat(entry.due)).days
    return 0 if overdue <= 0 else min((overdue - 1) // asked.width + 1, asked.periods)


def _titles(asked: Asked) -> list[str]:
    starts = [number * asked.width + 1 for number in range(asked.periods)]
    spans = [f"{start} - {start + asked.width - 1}" for start in starts[:-1]]
    return ["Current", *spans, f"{starts[-1]} and over"]


def _balances(company: Company, asked: Asked, found: list[Open]) -> Record:
    """CustomerBalance: one total a customer."""
    amounts: dict[str, list[Decimal]] = {}
    for entry in found:
        amounts.setdefault(entry.customer, [ZERO])[0] += entry.amount
    return _by_customer(company, asked, amounts, ["Total"])


def _by_customer(company: Company, asked: Asked, amounts: dict[str, list[Decimal]], titles: list[str]) -> Record:
    nothing = [ZERO] * len(titles)
    branches = {
        record["Id"]: Branch(record, amounts.get(record["Id"], nothing)) for record in company.shelf("Customer")
    }
    tops: list[Branch] = []
    for branch in sorted(branches.values(), key=lambda each: str(each.record["FullyQualifiedName"])):
        parent = branches.get(str((branch.record.get("ParentRef") or {}).get("value")))
        (parent.jobs if parent else tops).append(branch)
    rows = [_row(branch) for branch in tops if not branch.is_empty()]
    if rows:
        total = [sum(column, ZERO) for column in zip(*(branch.total() for branch in tops), strict=True)]
        rows.append(_summary("TOTAL", total, group="GrandTotal"))
    columns = [("", "Customer"), *((title, "Money") for title in titles)]
    return _report(company, asked, columns, rows)


def _row(branch: Branch) -> Record:
    """A customer alone, or one with its jobs as a section: its own row, theirs, and the sum."""
    name, identity = branch.record["DisplayName"], branch.record["Id"]
    own = [{"value": name, "id": identity}, *_cells(branch.own)]
    jobs = [_row(job) for job in branch.jobs if not job.is_empty()]
    if not jobs:
        return {"ColData": own}
    return {"Header": {"ColData": own}, "Rows": {"Row": jobs}, **_summary(f"Total {name}", branch.total())}


def _cells(amounts: list[Decimal]) -> list[Record]:
    """Amounts as text; an empty period is blank, the total never."""
    *periods, total = amounts
    return [{"value": f"{amount:.2f}" if amount else ""} for amount in periods] + [{"value": f"{total:.2f}"}]


def _summary(words: str, amounts: list[Decimal], group: str = "") -> Record:
    cells = [{"value": words}, *({"value": f"{amount:.2f}"} for amount in amounts)]
    return {"Summary": {"ColData": cells}, "type": "Section", **({"group": group} if group else {})}


_DETAIL = (
    ("Date", "tx_date"),
    ("Transaction Type", "txn_type"),
    ("Num", "doc_num"),
    ("Customer", "cust_name"),
    ("Due Date", "due_date"),
    ("Amount", "subt_amount"),
    ("Open Balance", "subt_open_bal"),
)
_WORDS = {"CreditMemo": "Credit Memo", "JournalEntry": "Journal Entry", "Purchase": "Check"}


def _detail(company: Company, asked: Asked, found: list[Open]) -> Record:
    """AgedReceivableDetail: one row a document, in a section a period, the oldest period first."""
    titles, rows = _titles(asked), []
    for place in reversed(range(asked.periods + 1)):
        entries = [entry for entry in found if _period(asked, entry) == place]
        if entries:
            words = f"{titles[place]} days past due" if place else "Current"
            total = sum((entry.amount for entry in entries), ZERO)
            data = [{"ColData": _document(company, entry), "type": "Data"} for entry in entries]
            head = {"ColData": [{"value": words}, *({"value": ""} for _ in _DETAIL[1:])]}
            sums = [{"value": ""}] * (len(_DETAIL) - 3) + [{"value": f"{total:.2f}"}] * 2
            summary = {"ColData": [{"value": f"Total for {words}"}, *sums]}
            rows.append({"Header": head, "Rows": {"Row": data}, "Summary": summary, "type": "Section"})
    return _report(company, asked, [(title, kind) for title, kind in _DETAIL], rows)


def _document(company: Company, entry: Open) -> list[Record]:
    record = company.read(entry.kind, entry.id)
    sign = -1 if entry.amount < 0 else 1
    total = decimal(record.get("TotalAmt") or abs(entry.amount))
    words = _WORDS.get(entry.kind, entry.kind)
    return [
        {"value": entry.day},
        {"value": words, "id": entry.id},
        {"value": entry.number},
        {"value": company.read("Customer", entry.customer)["DisplayName"], "id": entry.customer},
        {"value": entry.due},
        {"value": f"{total * sign:.2f}"},
        {"value": f"{entry.amount:.2f}"},
    ]


def _report(company: Company, asked: Asked, columns: list[tuple[str, str]], rows: list[Record]) -> Record:
    options = [
        {"Name": "report_date", "Value": asked.on.isoformat()},
        {"Name": "aging_method", "Value": asked.method},
        {"Name": "NoReportData", "Value": "false" if rows else "true"},
    ]
    header = {
        "Time": wire.stamp(company.clock.now()),
        "ReportName": asked.name,
        "DateMacro": "today" if asked.on == company.today() else "custom",
        "StartPeriod": asked.on.isoformat(),
        "EndPeriod": asked.on.isoformat(),
        "Currency": company.settings.home_currency,
        **({"Customer": ",".join(sorted(asked.customers, key=lambda id_: (len(id_), id_)))} if asked.customers else {}),
        "Option": options,
    }
    titled = [{"ColTitle": title, "ColType": kind} for title, kind in columns]
    return {"Header": header, "Columns": {"Column": titled}, "Rows": {"Row": rows} if rows else {}}


_REPORTS: dict[str, tuple[str, Callable[[Company, Asked, list[Open]], Record]]] = {
    "agedreceivables": ("AgedReceivables", _aged),
    "agedreceivabledetail": ("AgedReceivableDetail", _detail),
    "customerbalance": ("CustomerBalance", _balances),
}
