"""The files that we write beside the user's: `qbconsole.csv` with results, `tasks.csv` with follow-ups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qbconsole.connectors.spreadsheet import tables

if TYPE_CHECKING:
    from pathlib import Path

    from qbconsole.domain.operations import CreateTask

CUSTOMER = "qbc_customer_id"
STAMPS = (
    "qbc_document_id",
    "qbc_document_number",
    "qbc_document_url",
    "qbc_kind",
    "qbc_status",
    "qbc_total",
    "qbc_balance",
    "qbc_paid_amount",
    "qbc_paid_date",
    "qbc_due_date",
    "qbc_days_overdue",
)
RESULTS = ("record", "id", CUSTOMER, *STAMPS)
TASKS = ("id", "due", "owner", "subject", "body", "tag", "deal_id", "company_id")


class Side:
    """Our two files in one folder."""

    def __init__(self, folder: Path) -> None:
        """Take the folder; the files are made when first written."""
        self._results = folder / "qbconsole.csv"
        self._tasks = folder / "tasks.csv"

    def content(self) -> bytes:
        """The bytes of the results, to see whether they changed."""
        return tables.read_bytes(self._results)

    def customers(self) -> dict[str, str]:
        """The customer id written for each company."""
        return {row["id"]: row[CUSTOMER] for row in self._rows() if row["record"] == "company"}

    def stamps(self) -> dict[str, tuple[tuple[str, str], ...]]:
        """What was written for each deal, by name."""
        return {
            row["id"]: tuple((name, row[name]) for name in sorted(STAMPS) if row[name])
            for row in self._rows()
            if row["record"] == "deal"
        }

    def values(self, record: str, id_: str) -> dict[str, str]:
        """What is written for one deal or company."""
        return next((row for row in self._rows() if (row["record"], row["id"]) == (record, id_)), {})

    def set(self, record: str, id_: str, values: dict[str, str]) -> None:
        """Set values of one deal or company; the others stay.

        Raises:
            Retriable: the file could not be written; nothing changed.
        """
        rows = self._rows()
        row = next((row for row in rows if (row["record"], row["id"]) == (record, id_)), None)
        if row is None:
            row = {"record": record, "id": id_}
            rows.append(row)
        row.update(values)
        tables.write(self._results, RESULTS, rows)

    def task(self, tag: str) -> dict[str, str] | None:
        """The task with that tag."""
        return next((row for row in tables.read_ours(self._tasks, TASKS) if row["tag"] == tag), None)

    def add_task(self, operation: CreateTask) -> str:
        """Append a task and give its id.

        Raises:
            Retriable: the file could not be written; nothing changed.
        """
        rows = tables.read_ours(self._tasks, TASKS)
        id_ = str(1 + max((int(row["id"]) for row in rows if row["id"].isdigit()), default=0))
        rows.append(
            {
                "id": id_,
                "due": operation.due_at.date().isoformat(),
                "owner": operation.owner_id,
                "subject": operation.subject,
                "body": operation.body,
                "tag": operation.tag,
                "deal_id": operation.deal_id,
                "company_id": operation.company_id,
            }
        )
        tables.write(self._tasks, TASKS, rows)
        return id_

    def _rows(self) -> list[dict[str, str]]:
        return tables.read_ours(self._results, RESULTS)
