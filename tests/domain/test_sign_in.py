"""When a sign-in ends, and the words for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from qbconsole.domain.sign_in import SignInEnds

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("left", "step", "label"),
    [
        (timedelta(days=31), None, ""),
        (timedelta(days=30, seconds=1), None, ""),
        (timedelta(days=30), 30, "sign-in 30 d"),
        (timedelta(days=7, hours=1), 30, "sign-in 8 d"),
        (timedelta(days=7), 7, "sign-in 7 d"),
        (timedelta(days=1, seconds=1), 7, "sign-in 2 d"),
        (timedelta(hours=3), 1, "sign-in 1 d"),
        (timedelta(0), 0, "sign-in ended"),
        (timedelta(days=-40), 0, "sign-in ended"),
    ],
)
def test_a_warning_is_given_a_month_a_week_and_a_day_ahead(left: timedelta, step: int | None, label: str) -> None:
    later = NOW + left + timedelta(days=3)
    for ends in (SignInEnds(consent=NOW + left), SignInEnds(idle=NOW + left, consent=later)):
        assert (ends.warning(NOW), ends.label(NOW)) == (step, label)


def test_an_access_token_that_ends_is_no_matter() -> None:
    ends = SignInEnds(access=NOW - timedelta(hours=1))
    assert (ends.first, ends.days_left(NOW), ends.warning(NOW), ends.label(NOW)) == (None, None, None, "")


def test_it_is_kept_as_text() -> None:
    ends = SignInEnds(access=NOW, consent=NOW + timedelta(days=1))
    assert SignInEnds.of_text(ends.as_text()) == ends
    assert SignInEnds.of_text({}) == SignInEnds()
