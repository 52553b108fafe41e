"""The company's own record and settings, read no more often than they change."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from qbconsole.connectors.base import Page, Pulled
from qbconsole.connectors.payload import dump
from qbconsole.connectors.quickbooks import translate
from qbconsole.connectors.quickbooks.client import folded
from qbconsole.connectors.quickbooks.kinds import PREFIX
from qbconsole.connectors.quickbooks.models.company import CompanyInfoModel
from qbconsole.connectors.vendor import readable
from qbconsole.domain.errors import Retriable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from qbconsole.connectors.quickbooks.client import Client, Reply
    from qbconsole.connectors.quickbooks.cursor import Cursor
    from qbconsole.domain.records import Ledger

LABEL = "QuickBooks company settings"


class Company:
    """CompanyInfo with the clock in each cycle, Preferences when they are due."""

    def __init__(self, realm_id: str, client: Client) -> None:
        """Take the company's id and the client."""
        self._realm_id = realm_id
        self._client = client
        self._info: Reply | None = None
        self._preferences: dict[str, Any] = {}
        self._ledger: Ledger | None = None

    async def now(self) -> datetime:
        """The server's clock. The company's record comes with it, and serves the pull that follows."""
        self._info = await self._client.company()
        return self._info.time

    async def ledger(self) -> Ledger:
        """The company's settings as last read."""
        return self._ledger or (await self._read_both(preferences=True))[0]

    async def read(self, *, preferences: bool) -> tuple[Pulled, str]:
        """The company's record now, with its settings anew or as last read; and what the company is known by.

        Raises:
            Retriable: the answer holds neither.
            NeedsPerson: a field that we use could not be read.
        """
        ledger, info = await self._read_both(preferences=preferences)
        known_by = readable(LABEL, lambda: _known_by(CompanyInfoModel.model_validate(info)))
        payload = dump({"CompanyInfo": info, "Preferences": self._preferences})
        return Pulled("ledgers", self._realm_id, payload, ledger), known_by

    async def _read_both(self, *, preferences: bool) -> tuple[Ledger, dict[str, Any]]:
        reply = self._info or await self._client.company()
        self._info = None
        self._client.heard.hear((reply.time, reply.date))
        if preferences or not self._preferences:
            answer = folded((await self._client.preferences()).body, "Preferences")
            self._preferences = answer if isinstance(answer, dict) else {}
        info = folded(reply.body, "CompanyInfo")
        if not isinstance(info, dict) or not self._preferences:
            msg = "QuickBooks answered without the company's settings."
            raise Retriable(msg)
        self._ledger = readable(LABEL, lambda: translate.ledger(self._realm_id, info, self._preferences))
        return self._ledger, info

    def custom_fields(self) -> list[Pulled]:
        """The custom fields that the settings name."""
        fields = readable("QuickBooks custom fields", lambda: translate.custom_fields(self._preferences))
        return [
            Pulled("custom_fields", one.id, dump({"Id": one.id, "Name": one.name, "Active": one.active}), one)
            for one in fields
        ]


def refuse_another(before: Cursor, known_by: str) -> None:
    """Refuse an answer that is about another company than the one that was mirrored so far.

    Raises:
        Retriable: it is: nothing of it may reach the mirror.
    """
    if before.company and known_by and before.company != known_by:
        raise Retriable(
            "QuickBooks answered with the settings of another company.",
            next_step="If the company was restored or replaced, say `qbconsole sync --full`; else connect again.",
        )


def read_whole(stream: str, rows: Sequence[Pulled], before: Cursor, now: datetime | None) -> Page:
    """The page of a list that is read whole each time: without records if it is as it was."""
    digest = hashlib.sha256("\n".join(row.payload for row in rows).encode()).hexdigest()
    cursor = replace(before.moved(now) if now else before, digest=digest, lacking=False).text()
    if digest == before.digest:
        return Page(PREFIX + stream, (), cursor)
    return Page(PREFIX + stream, tuple(rows), cursor, first=True, complete=True)


def _known_by(info: CompanyInfoModel) -> str:
    """What stays the same as long as the company does: when it was made."""
    made = info.MetaData.CreateTime
    return made.isoformat() if made else info.CompanyStartDate
