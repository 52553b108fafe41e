"""What one app may do in one company: codes and tokens, how they age, rotate and end (quickbooks.md 1.2, 1.4 to 1.6).

Everything here lives on real time: advancing the simulated clock ends no token.
"""

from __future__ import annotations

import secrets
import string
import time
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qbconsole.simulator.switches import Switches

if TYPE_CHECKING:
    from collections.abc import Callable

    from qbconsole.simulator.database import Database

ACCOUNTING = "com.intuit.quickbooks.accounting"
"""The scope of all of API v3 (quickbooks.md 1.3)."""
REFRESH_SECONDS = 8_726_400
"""What a refresh token has left when it is new, 101 days (quickbooks.md 1.4)."""
HARD_SECONDS = 5 * 365 * 86_400
"""How long after consent every refresh token ends (quickbooks.md 1.5)."""
ROTATIONS = {"every_24h": 86_400, "every_call": 0}
"""How old a refresh token must be before a refresh gives another one (quickbooks.md 1.5)."""
LENGTHS = {"longest": (4096, 512), "usual": (1000, 50)}
"""Characters of access tokens, and of refresh tokens and codes (quickbooks.md 1.2, 1.5)."""
_MOST_ACCESS = 50
_LETTERS = string.ascii_letters + string.digits


@dataclass(frozen=True)
class Issued:
    """An answer of the token endpoint; every span is in seconds."""

    access_token: str
    expires_in: int
    refresh_token: str
    refresh_expires_in: int
    hard_expires_in: int
    scopes: list[str]


class Grant:
    """One app's connection to one realm: a new sign-in replaces it, a revocation ends it."""

    def __init__(self, database: Database, realm_id: str, *, now: Callable[[], float] = time.time) -> None:
        self.realm_id = realm_id
        self.switches = Switches(database)
        self._database = database
        self._kept = database.collection("qbo.oauth")
        self._now = now
        if self._kept.get("app") is None:
            with database.transaction():
                app = {"client_id": f"AB{_random(48)}", "client_secret": _random(40), "subject": str(uuid.uuid4())}
                self._kept.put("app", app)
                self._begin([ACCOUNTING])

    @property
    def app(self) -> dict[str, str]:
        """The app's `client_id` and `client_secret`, and the `subject`: the user who consents."""
        return self._kept.get("app") or {}

    @property
    def _state(self) -> dict[str, Any] | None:
        """`scopes`, `consented`, `access` (token: end), `refresh` (oldest first); None once the grant has ended."""
        return self._kept.get("grant")

    def credentials(self) -> dict[str, str]:
        """What a client needs to begin, an access token that is alive among it; no tokens once the grant has ended."""
        grant = self._state
        if grant and not self.scopes_of(next(reversed(grant["access"]), "")):
            with self._database.transaction():
                grant = self._with_access(grant)
                self._kept.put("grant", grant)
        return {
            "realm_id": self.realm_id,
            "client_id": self.app["client_id"],
            "client_secret": self.app["client_secret"],
            "access_token": next(reversed(grant["access"])) if grant else "",
            "refresh_token": grant["refresh"][-1]["value"] if grant else "",
        }

    def scopes_of(self, access_token: str) -> list[str]:
        """What an access token opens; nothing when it is unknown, has run out or was revoked."""
        grant = self._state
        if grant is None or self._now() >= grant["access"].get(access_token, 0):
            return []
        return list(grant["scopes"])

    def code(self, scopes: list[str], redirect_uri: str) -> str:
        """The user consents: a code to be redeemed once, soon, and with the same redirect URI."""
        code = f"AB{_random(self._lengths[1] - 2)}"
        with self._database.transaction():
            self._kept.put(
                f"code:{code}", {"redirect_uri": redirect_uri, "scopes": scopes, "made": self._now(), "code": code}
            )
        return code

    def redeem(self, code: str, redirect_uri: str) -> Issued | None:
        """Turn a code into tokens; None when it is unknown, used, too old or for another redirect URI."""
        asked = self._kept.get(f"code:{code}")
        if asked is None:
            return None
        with self._database.transaction():
            self._kept.remove(f"code:{code}")
            age = self._now() - asked["made"]
            if asked["redirect_uri"] != redirect_uri or age >= self.switches.number("authorization_code_seconds"):
                return None
            return self._begin(asked["scopes"])

    def refresh(self, refresh_token: str) -> Issued | None:
        """A new access token, and a new refresh token when it is time; None when the given one is no longer good."""
        grant = self._state
        if grant is None or not any(
            self._good(grant, one) for one in grant["refresh"] if one["value"] == refresh_token
        ):
            return None
        if self._now() - grant["refresh"][-1]["made"] >= ROTATIONS[self.switches["refresh_token_rotation"]]:
            grant = self._rotated(grant)
        return self._issue(grant)

    def revoke(self, token: str) -> bool:
        """End the whole grant by either of its tokens; False when the token is not good."""
        grant = self._state
        if grant is None:
            return False
        good = [one["value"] for one in grant["refresh"] if self._good(grant, one)]
        if token not in good and not self.scopes_of(token):
            return False
        self.end()
        return True

    def end(self) -> None:
        """End the grant, as a user does who disconnects the app."""
        with self._database.transaction():
            self._kept.remove("grant")

    # --- inside -------------------------------------------------------------------------------------------------------

    @property
    def _lengths(self) -> tuple[int, int]:
        return LENGTHS[self.switches["token_length"]]

    def _begin(self, scopes: list[str]) -> Issued:
        """A consent was given: tokens of its own; those of before are replaced like rotated ones."""
        before = self._state or {"access": {}, "refresh": []}
        grant = {"scopes": scopes, "consented": self._now(), "access": before["access"], "refresh": before["refresh"]}
        return self._issue(self._rotated(grant))

    def _rotated(self, grant: dict[str, Any]) -> dict[str, Any]:
        now = self._now()
        before = [{"replaced": now, **one} for one in grant["refresh"]]
        fresh = {"value": f"AB11{_random(self._lengths[1] - 4)}", "made": now}
        return {**grant, "refresh": [*(one for one in before if self._good(grant, one)), fresh]}

    def _good(self, grant: dict[str, Any], refresh: dict[str, Any]) -> bool:
        now = self._now()
        replaced = refresh.get("replaced")
        return bool(
            now < refresh["made"] + REFRESH_SECONDS
            and now < grant["consented"] + HARD_SECONDS
            and (replaced is None or now < replaced + self.switches.seconds("refresh_token_grace"))
        )

    def _with_access(self, grant: dict[str, Any]) -> dict[str, Any]:
        now = self._now()
        alive = [(token, ends) for token, ends in grant["access"].items() if now < ends][-_MOST_ACCESS:]
        token = _random(self._lengths[0])
        return {**grant, "access": {**dict(alive), token: now + self.switches.number("access_token_seconds")}}

    def _issue(self, grant: dict[str, Any]) -> Issued:
        changed = self._with_access(grant)
        with self._database.transaction():
            self._kept.put("grant", changed)
        now, refresh = self._now(), changed["refresh"][-1]
        return Issued(
            access_token=next(reversed(changed["access"])),
            expires_in=self.switches.number("access_token_seconds"),
            refresh_token=refresh["value"],
            refresh_expires_in=int(refresh["made"] + REFRESH_SECONDS - now),
            hard_expires_in=int(changed["consented"] + HARD_SECONDS - now),
            scopes=changed["scopes"],
        )


def _random(length: int) -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(length))
