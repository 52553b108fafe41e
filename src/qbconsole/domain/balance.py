"""Conservation: what came in is what became of it. Each figure was counted where it happened, none is a remainder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

BECAME = ("applied", "unchanged", "held", "failed")
"""What becomes of a record that was seen."""
CAME_TO = ("settled", "retried", "unknown", "parked", "lost", "left")
"""What an operation that was due comes to: `lost` to another runner's fence, `left` by a runner that was stopping."""


def differences(streams: Iterable[Mapping[str, Any]], delivered: Mapping[str, int]) -> list[str]:
    """A plain sentence for each stream of a run, and for its deliveries, that do not add up; none when all do.

    Args:
        streams: by stream, what was seen and what became of it.
        delivered: how many operations were due, and what they came to; without `due` nothing is compared.
    """
    found = [
        f"{one['stream']} is out of balance: {one['seen']} seen, {told}."
        for one in streams
        if one["seen"] != sum(one[name] for name in BECAME)
        for told in [", ".join(f"{one[name]} {name}" for name in BECAME)]
    ]
    if "due" in delivered and delivered["due"] != sum(delivered[name] for name in CAME_TO):
        told = ", ".join(f"{delivered[name]} {name}" for name in CAME_TO)
        found.append(f"The outbox is out of balance: {delivered['due']} due, {told}.")
    return found
