"""The page `docs/hubspot-errors.md`, made from the cookbook; a test compares the two.

`python -m qbconsole.connectors.hubspot.cookbook_page > docs/hubspot-errors.md` makes it anew.
"""

from __future__ import annotations

import sys

from qbconsole.connectors import error_page
from qbconsole.connectors.hubspot.cookbook import COOKBOOK

_HEAD = """# HubSpot errors

What HubSpot refuses, what it means, who can mend it and how. This page is made from the table that the program reads
(`src/qbconsole/connectors/hubspot/cookbook.py`), by `python -m qbconsole.connectors.hubspot.cookbook_page`.

An answer is known by the code of its first error, else by its category, else by its status. A failure in the sync log
and in `qbconsole outbox list` names HubSpot's reference of the call: their support asks for it.
"""


def page() -> str:
    """The whole page."""
    kinds = dict.fromkeys(one.kind for one in COOKBOOK)
    rows = [
        (
            one.code,
            error_page.plain(one.cause) + (", in HubSpot's own words" if one.quote else ""),
            one.owner,
            one.next_step,
            one.kind.__name__,
        )
        for one in COOKBOOK
    ]
    return error_page.page(_HEAD, kinds, rows)


if __name__ == "__main__":
    sys.stdout.write(page())
