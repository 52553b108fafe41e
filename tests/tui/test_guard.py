"""One long press never approves two invoices; two presses do."""

from __future__ import annotations

import pytest

from qbconsole.tui.guard import PROBE, RECENT, SILENCE, KeyGuard, Verdict


def acts(presses: list[float], moved: list[float]) -> int:
    """How many of the presses (seconds) decide something; `moved` is when the list moved on after each that did."""
    guard, done = KeyGuard(), 0
    for number, at in enumerate(presses):
        verdict, _ = guard.press(at)
        following = presses[number + 1] if number + 1 < len(presses) else float("inf")
        kept = verdict is Verdict.PROBE and following - at > PROBE
        if verdict is Verdict.ACT or kept:
            done += 1
            guard.moved(at + (moved[0] if moved else 0.02))
    return done


@pytest.mark.parametrize("delay", [0.2, 0.25, 0.4, 0.5, 0.66, 1.0])
@pytest.mark.parametrize("rate", [0.02, 0.033, 0.1, 0.15])
def test_a_held_key_decides_once_whatever_the_terminal_repeats(delay: float, rate: float) -> None:
    presses = [0.0, *(delay + rate * number for number in range(60))]
    assert acts(presses, [0.02]) == 1


@pytest.mark.parametrize("pause", [0.4, 0.6, 1.0, 2.0, 5.0])
def test_every_deliberate_press_decides(pause: float) -> None:
    assert acts([pause * number for number in range(5)], [0.02]) == 5


def test_a_press_soon_after_the_list_moved_is_ignored_and_prolongs_the_silence() -> None:
    guard = KeyGuard()
    assert guard.press(0.0)[0] is Verdict.ACT
    guard.moved(0.02)
    assert guard.press(0.3)[0] is Verdict.IGNORE
    assert guard.press(0.3 + SILENCE - 0.01)[0] is Verdict.IGNORE


def test_a_press_in_peace_acts_at_once() -> None:
    guard = KeyGuard()
    guard.press(0.0)
    guard.moved(0.02)
    assert guard.press(RECENT + 0.01)[0] is Verdict.ACT


def test_a_probed_press_counts_only_while_no_other_came() -> None:
    guard = KeyGuard()
    guard.press(0.0)
    verdict, ticket = guard.press(0.8)
    assert verdict is Verdict.PROBE
    assert guard.still(ticket)
    guard.press(0.85)
    assert not guard.still(ticket)
