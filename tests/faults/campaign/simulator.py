"""The simulator as a process of the campaign's: the real one, without the vendors' limits on calls in a time.

The limits have tests of their own; here they would only make every round wait.
"""

from __future__ import annotations

import sys
from typing import Any

from qbconsole.simulator.__main__ import main
from qbconsole.simulator.hubspot import limits

ROOMY = 1_000_000

if __name__ == "__main__":
    limits.PLANS = dict.fromkeys(limits.PLANS, (ROOMY, 1000 * ROOMY))
    begin = limits.Limits.__init__

    def without_limits(self: limits.Limits, *arguments: Any) -> None:
        begin(self, *arguments)
        self.search = ROOMY

    limits.Limits.__init__ = without_limits  # type: ignore[method-assign, assignment]
    sys.exit(main())
