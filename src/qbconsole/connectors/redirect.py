"""What a browser comes back with from a vendor's page for signing in."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_CODE = 512
"""Characters of a code that is believed."""


def parameters(address: str, state: str) -> Mapping[str, str] | None:
    """What the browser came back with; None unless it is the answer to the question with that state."""
    try:
        found = parse_qs(urlsplit(address.strip()).query, strict_parsing=True, max_num_fields=20)
    except ValueError:
        return None
    values = {name: several[0] for name, several in found.items() if len(several) == 1}
    same = hmac.compare_digest(values.get("state", "").encode(), state.encode())
    return values if same and ("code" in values or "error" in values) else None
