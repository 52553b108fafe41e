"""`qbconsole status` and `qbconsole log`: is all well, and what did the runs do."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from qbconsole.cli.door import BookName, Exit, Home, Json, answer, opened


def register(app: typer.Typer) -> None:
    """Hang the commands into the command line."""
    app.command("status")(status)
    app.command("log")(log)


def status(book: BookName = "", home: Home = None, as_json: Json = False) -> None:
    """Streams and their ages, queue lengths, the outbox, the runner, the last run."""
    from qbconsole.actions.summary import status as summarise

    with opened(home, book) as one:
        document = summarise(one)
    answer(document, _lines(document), as_json=as_json)
    waits = any(document[name] for name in ("failed", "drift", "set_back", "withheld"))
    raise typer.Exit(Exit.NEEDS_PERSON if waits else Exit.DONE)


def _lines(found: dict[str, Any]) -> list[str]:
    from qbconsole.cli.tables import age, money, table

    runner, outbox = found["runner"], found["outbox"]
    open_states = {state: count for state, count in outbox.items() if state not in ("settled", "cancelled") and count}
    writes = "armed" if found["armed"] else "read-only"
    alive = f"running (process {runner['pid']})" if runner["alive"] else "not running"
    queues = [[name, str(one["rows"]), money(one["money"], found["currency"])] for name, one in found["queues"].items()]
    streams = [[one["name"], age(one["age"])] for one in found["streams"]]
    last = found["runs"][0] if found["runs"] else None
    off = found["out_of_balance"]
    sign_in = _sign_in(found["sign_in"])
    return [
        f"{found['company']} ({found['book']}, {found['environment']}, {writes}), {found['today']}",
        f"Runner {alive}; data {age(found['age'])}; outbox "
        + (", ".join(f"{count} {state}" for state, count in open_states.items()) or "empty"),
        *([f"{found['set_back']} To go on: qbconsole sync"] if found["set_back"] else []),
        *(f"{words} To send it: qbconsole outbox release" for words in found["withheld"]),
        f"API {found['reads']:,} reads this month",
        f"Last run {last['id']}: {last['state']} {last['error']}".rstrip() if last else "No run yet: qbconsole sync",
        *([f"Receivables are off by {money(off['amount'], off['currency'])}: {_concerned(off)}"] if off else []),
        *([sign_in] if sign_in else []),
        *(f"Paused: {one['rule']}. {one['words']}. To go on, {one['mend']}." for one in found["drift"]),
        "",
        *table(("queue", "rows", "money"), queues, right=(1, 2)),
        "",
        *table(("stream", "heard"), streams),
    ]


def _concerned(off: dict[str, Any]) -> str:
    """The customers of whom QuickBooks says something else than its documents here."""
    names = [one["name"] or one["id"] for one in off["customers"]]
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "") + ". See: qbconsole log"


def _sign_in(found: dict[str, Any]) -> str:
    """How long the sign-in to QuickBooks lasts, and what to do about it when that is near."""
    words = {"consent_ends": "until {:%Y-%m-%d}", "idle_ends": "unused until {:%Y-%m-%d}"}
    known = [words[name].format(found[name]) for name in words if found[name]]
    if not known:
        return ""
    warning = f" {found['warning']}: qbconsole connect quickbooks" if found["warning"] else ""
    return f"QuickBooks sign-in {', '.join(known)}.{warning}"


def log(
    run: Annotated[int | None, typer.Argument(help="A run's number; all of them without.")] = None,
    book: BookName = "",
    home: Home = None,
    as_json: Json = False,
) -> None:
    """The sync log: runs, or what one of them saw and did."""
    from qbconsole.cli.tables import table
    from qbconsole.domain.errors import Configuration
    from qbconsole.store import runs

    with opened(home, book) as one, one.store.reading() as connection:
        found = runs.listed(connection, 500)
        if run is None:
            rows = [
                [str(row["id"]), f"{row['started_at']:%Y-%m-%d %H:%M:%S}", row["reason"], row["state"], row["error"]]
                for row in found[:50]
            ]
            answer({"runs": found[:50]}, table(("run", "began (UTC)", "why", "state", "error"), rows), as_json=as_json)
            return
        chosen = next((row for row in found if row["id"] == run), None)
        if chosen is None:
            raise Configuration(f"There is no run {run}.", next_step="See: qbconsole log")
        streams, events = runs.streams(connection, run), runs.events(connection, run)
    counted = ("seen", "applied", "unchanged", "held", "failed", "calls")
    lines = [
        f"Run {run}: {chosen['state']} {chosen['error']}".rstrip(),
        *table(
            ("stream", *counted),
            [[row["stream"], *(str(row[name]) for name in counted)] for row in streams],
            right=tuple(range(1, 7)),
        ),
        *(f"{row['level']}: {row['message']} {row['next_step']}".rstrip() for row in events),
    ]
    answer({"run": chosen, "streams": streams, "events": events}, lines, as_json=as_json)
