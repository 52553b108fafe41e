"""The people to whom records belong (hubspot.md 2, "Owners, users")."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qbconsole.simulator.hubspot.refusals import not_found

if TYPE_CHECKING:
    from qbconsole.simulator.database import Database

_FIRST_ID = 88842095
_FIRST_USER_ID = 53494101
_MADE = "2024-02-05T15:12:09.441Z"


class Owners:
    """The owners of a portal. `hubspot_owner_id` holds `id`, never `userId`."""

    def __init__(self, database: Database) -> None:
        self._stored = database.collection("hubspot.owners")
        self._database = database

    def put(self, owner: dict[str, Any]) -> dict[str, Any]:
        """Insert or replace an owner given in the vendor's JSON; ids and times are filled in."""
        user_id = self._database.next_number("hubspot.users", _FIRST_USER_ID)
        whole: dict[str, Any] = {
            "id": str(owner.get("id") or self._database.next_number("hubspot.owners", _FIRST_ID)),
            "email": "",
            "type": "PERSON",
            "firstName": "",
            "lastName": "",
            "userId": user_id,
            "userIdIncludingInactive": user_id,
            "createdAt": _MADE,
            "updatedAt": _MADE,
            "archived": False,
            "teams": [],
        } | {key: value for key, value in owner.items() if key != "id"}
        self._stored.put(whole["id"], whole)
        return whole

    def all(self, *, archived: bool = False) -> list[dict[str, Any]]:
        """Every owner, active or not."""
        return [owner for owner in self._stored if owner["archived"] is archived]

    def get(self, owner_id: str, *, archived: bool = False, by: str = "id") -> dict[str, Any]:
        """One owner by `id` or `userId`; a refusal when there is none."""
        for owner in self.all(archived=archived):
            if str(owner[by]) == owner_id:
                return owner
        raise not_found()

    def has(self, owner_id: str) -> bool:
        """Whether a record can be given to that owner."""
        owner = self._stored.get(owner_id)
        return owner is not None and not owner["archived"]
