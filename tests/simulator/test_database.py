"""The simulator's records: what a look into the past shows, and that it leaves nothing behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from qbconsole.simulator.database import Database

if TYPE_CHECKING:
    from pathlib import Path

Change = tuple[str, int | None]
changes = st.lists(st.tuples(st.sampled_from("abcd"), st.one_of(st.none(), st.integers(0, 9))), max_size=12)
"""Keys and the values that they are given; None removes."""


def apply(database: Database, some: list[Change], name: str = "qbo.Thing") -> None:
    for key, value in some:
        with database.transaction():
            if value is None:
                database.collection(name).remove(key)
            else:
                database.collection(name).put(key, {"value": value})


def shown(database: Database, name: str = "qbo.Thing") -> dict[str, int]:
    things = database.collection(name)
    return {key: record["value"] for key in things.ids() if (record := things.get(key))}


@given(before=changes, after=changes, inside=changes)
@settings(max_examples=60, deadline=None)
def test_the_past_is_as_it_was_and_the_present_as_it_is(
    before: list[Change], after: list[Change], inside: list[Change]
) -> None:
    database = Database(None)
    apply(database, before)
    then = shown(database)
    database.forget_past()
    apply(database, after)
    now = list(shown(database).items())

    with database.as_of(60, ("qbo.",)):
        assert shown(database) == then
        apply(database, inside)
    assert list(shown(database).items()) == now, "the order included"
    apply(database, [("z", 1)])
    database._load()
    assert shown(database) == dict(now) | {"z": 1}, "what was changed in the past is not on disk either"
    database.close()


def test_other_collections_are_kept_in_the_past_too(tmp_path: Path) -> None:
    database = Database(tmp_path / "simulator.db")
    apply(database, [("a", 1)])
    with database.as_of(60, ("qbo.",)):
        apply(database, [("hits", 1)], "faults")
    database.close()

    database = Database(tmp_path / "simulator.db")
    assert (shown(database), shown(database, "faults")) == ({"a": 1}, {"hits": 1})
    database.close()


def test_no_time_at_all_is_the_present() -> None:
    database = Database(None)
    apply(database, [("a", 1)])
    with database.as_of(0, ("qbo.",)):
        assert shown(database) == {"a": 1}
    database.close()


def test_a_failure_in_the_past_leaves_the_present() -> None:
    database = Database(None)
    apply(database, [("a", 1)])
    try:
        with database.as_of(60, ("qbo.",)), database.transaction():
            database.collection("qbo.Thing").put("b", {"value": 2})
            raise ValueError
    except ValueError:
        pass
    assert shown(database) == {"a": 1}
    database.close()
