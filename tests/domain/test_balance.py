"""What came in is what became of it, or it is said which stream it is not."""

from __future__ import annotations

import pytest

from qbconsole.domain.balance import differences


def _stream(seen: int, applied: int = 0, unchanged: int = 0, held: int = 0, failed: int = 0) -> dict[str, object]:
    counts = {"seen": seen, "applied": applied, "unchanged": unchanged, "held": held, "failed": failed}
    return {"stream": "crm.deals", **counts}


@pytest.mark.parametrize(
    ("streams", "delivered", "found"),
    [
        ([], {}, []),
        ([_stream(4, 1, 1, 1, 1)], {}, []),
        ([_stream(4, 1, 1, 1)], {}, ["crm.deals is out of balance: 4 seen, 1 applied, 1 unchanged, 1 held, 0 failed."]),
        ([_stream(0, 1)], {}, ["crm.deals is out of balance: 0 seen, 1 applied, 0 unchanged, 0 held, 0 failed."]),
        ([], {"due": 6, "settled": 1, "retried": 1, "unknown": 1, "parked": 1, "lost": 1, "left": 1}, []),
        (
            [],
            {"due": 2, "settled": 1, "retried": 0, "unknown": 0, "parked": 0, "lost": 0, "left": 0},
            ["The outbox is out of balance: 2 due, 1 settled, 0 retried, 0 unknown, 0 parked, 0 lost, 0 left."],
        ),
    ],
)
def test_what_does_not_add_up_is_said(
    streams: list[dict[str, object]], delivered: dict[str, int], found: list[str]
) -> None:
    assert differences(streams, delivered) == found
