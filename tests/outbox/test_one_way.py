"""An operation's state has one way to change: `outbox.queue.move`, which journals it. Read from the source itself."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

import qbconsole

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCE = Path(qbconsole.__file__).parent
WRITES = re.compile(
    r"(?is)\b(?:update|insert\s+(?:or\s+\w+\s+)?into|replace\s+into|delete\s+from)\s+\"?operation\b\"?(?!_)"
)
TABLE = {"store/tables.py", "store/outbox.py", "store/forgetting.py"}
"""Who may write the table: its definition, its rows, and what erases the content of a forgotten customer's."""
WRITERS = {"add", "change"}
"""The functions of store.outbox that write; `outbox.queue` alone calls them."""


def _modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(SOURCE.rglob("*.py")):
        name = path.relative_to(SOURCE).as_posix()
        if not name.startswith("simulator/"):
            yield name, ast.parse(path.read_text(encoding="utf-8"))


def _names_of(tree: ast.Module, module: str) -> set[str]:
    """The names by which a module is known in another."""
    package, _, last = module.rpartition(".")
    return {
        (alias.asname or alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == package
        for alias in node.names
        if alias.name == last
    }


def _calls(tree: ast.AST, names: set[str]) -> Iterator[tuple[str, str]]:
    """(name, function) of each call such as `rows.change(...)` on one of those names."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=function)) if name in names:
                yield name, function


def test_only_the_queue_calls_what_writes_operations() -> None:
    callers = {
        (name, function)
        for name, tree in _modules()
        for _, function in _calls(tree, _names_of(tree, "qbconsole.store.outbox"))
        if function in WRITERS
    }
    assert callers == {("outbox/queue.py", "add"), ("outbox/queue.py", "change")}


def test_nobody_takes_the_writers_out_of_their_module() -> None:
    taken = {
        name
        for name, tree in _modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "qbconsole.store.outbox"
        for alias in node.names
        if alias.name in WRITERS or alias.name == "*"
    }
    assert taken == set()


def test_no_other_sql_writes_the_table() -> None:
    for name, tree in _modules():
        if name in TABLE:
            continue
        texts = [
            node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
        ]
        docs = {ast.get_docstring(node, clean=False) for node in ast.walk(tree) if isinstance(node, _DOCUMENTED)}
        assert [text for text in texts if text not in docs and WRITES.search(text)] == [], name
        written = [
            node
            for node in ast.walk(tree)
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in ("insert", "update", "delete", "upsert")
            and any(isinstance(one, ast.Name) and one.id in ("OutboxOperation", "_OPERATION") for one in node.args)
        ]
        assert written == [], name


_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def test_a_change_and_its_event_are_in_one_function() -> None:
    tree = ast.parse((SOURCE / "outbox" / "queue.py").read_text(encoding="utf-8"))
    functions = [one for one in tree.body if isinstance(one, ast.FunctionDef)]
    calls = {one.name: set(_calls(one, {"rows", "journal"})) for one in functions}
    writers = {name: called for name, called in calls.items() if called & {("rows", one) for one in WRITERS}}
    assert set(writers) == {"enqueue", "move"}
    assert all(("journal", "append") in called for called in writers.values())
