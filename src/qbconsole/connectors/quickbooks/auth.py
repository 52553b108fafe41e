"""QuickBooks' access token (quickbooks.md 1.4, 1.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qbconsole.connectors.quickbooks.cookbook import SIGN_IN_STEP
from qbconsole.connectors.quickbooks.tokens import TokenServer
from qbconsole.connectors.renewal import Renewal, wall_clock

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from qbconsole.connectors.base import TokenStore
    from qbconsole.connectors.http import Http
    from qbconsole.connectors.quickbooks.settings import QuickBooksSettings


class Auth(Renewal):
    """Gives out access tokens."""

    def __init__(
        self,
        settings: QuickBooksSettings,
        tokens: TokenStore,
        http: Http,
        *,
        clock: Callable[[], datetime] = wall_clock,
    ) -> None:
        """Take the store and the client; `clock` is this machine's."""
        server = TokenServer(settings, http, clock)
        super().__init__("QuickBooks", tokens, server, next_step=SIGN_IN_STEP, clock=clock)
