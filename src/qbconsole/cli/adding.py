"""Making a book's folder: settings, rules and secrets, from a simulator or for real systems."""

from __future__ import annotations

import shutil
import sys
from datetime import date
from typing import TYPE_CHECKING, Any

import typer

from qbconsole.books.home import book_folder, book_names, bundled
from qbconsole.books.secrets import KEYS, best_kind, is_loopback, secrets_of
from qbconsole.books.settings import Accounting, Crm, Settings, load_settings, write_settings
from qbconsole.cli.control import LOST, control
from qbconsole.domain.errors import Configuration, Retriable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    Secrets = Mapping[str, Mapping[str, str]]

SIMULATOR_WINDOW = 1.0
"""Seconds that an approval waits in a simulator's book."""
REAL_WINDOW = 30.0
"""Seconds that an approval waits in any other."""


def credentials(url: str) -> dict[str, object]:
    """What a simulator says of itself, from its control URL or its root.

    Raises:
        Configuration: the URL is not on this machine.
        Retriable: nothing answers there.
    """
    if not is_loopback(url):
        raise Configuration(f"{url} is not a simulator on this machine.", next_step="Use a URL of 127.0.0.1.")
    base = url.rstrip("/")
    base = base if base.endswith("/control") else f"{base}/control"
    try:
        found: dict[str, object] = control(base, "credentials")
    except LOST as error:
        step = "Start one with: qbconsole simulate"
        raise Retriable(f"No simulator answers at {base}: {error}.", next_step=step) from None
    return found


def of_simulator(name: str, url: str, posting_window: float | None) -> tuple[Settings, Secrets]:
    """The settings and secrets of a simulator's book: born armed, with consent to the CRM's properties."""
    found = credentials(url)
    quickbooks, crm = _sides(found, url)
    settings = Settings(
        name=name,
        company=str(found["company"]),
        environment="demo",
        time_zone=str(found["time_zone"]),
        clock="remote",
        cut_over=date.fromisoformat(str(found["cut_over"])),
        armed=True,
        posting_window=SIMULATOR_WINDOW if posting_window is None else posting_window,
        secrets="simulator",
        crm=Crm(
            kind=crm["kind"],
            api_url=crm["api_url"],
            authorize_url=f"{crm['api_url']}/oauth/authorize",
            may_create_properties=True,
        ),
        accounting=Accounting(
            realm_id=quickbooks["realm_id"],
            api_url=quickbooks["api_url"],
            oauth_url=quickbooks["oauth_url"],
            authorize_url=f"{quickbooks['oauth_url']}/connect/oauth2",
            revoke_url=f"{quickbooks['oauth_url']}/v2/oauth2/tokens/revoke",
        ),
    )
    return settings, _secrets(quickbooks, crm)


def secrets_at(url: str) -> Secrets:
    """The secrets that the simulator at a URL gives now.

    Raises:
        Configuration: the URL is not on this machine, or no simulator's.
        Retriable: nothing answers there.
    """
    return _secrets(*_sides(credentials(url), url))


def _sides(found: Mapping[str, object], url: str) -> tuple[dict[str, Any], dict[str, Any]]:
    quickbooks, crm = found["quickbooks"], found["crm"]
    if not isinstance(quickbooks, dict) or not isinstance(crm, dict):
        raise Configuration(f"{url} answers like no simulator.")
    return quickbooks, crm


def _secrets(quickbooks: Mapping[str, str], crm: Mapping[str, str]) -> Secrets:
    names = ("client_id", "client_secret", "access_token", "refresh_token")
    return {"quickbooks": {one: quickbooks[one] for one in names}, "hubspot": {"token": crm["token"]}}


def spreadsheets(folder: Path | None) -> Crm:
    """A CRM that is a folder of spreadsheets.

    Raises:
        Configuration: there is no such folder.
    """
    if folder is None or not folder.expanduser().is_dir():
        raise Configuration("The spreadsheets' folder does not exist.", next_step="Name it: --folder DIR")
    return Crm(kind="spreadsheet", folder=str(folder.expanduser().resolve()))


def real(
    name: str,
    crm: str,
    folder: Path | None,
    realm: str,
    company: str,
    time_zone: str,
    cut_over: str,
    urls: Mapping[str, str],
    posting_window: float | None,
    *,
    sandbox: bool = False,
) -> Settings:
    """The settings of a book on real systems; what is not given keeps its default.

    `urls` are other addresses than the vendors' own, by `crm` (HubSpot's) or the setting of QuickBooks' side.

    Raises:
        Configuration: something needed is missing or wrong.
    """
    if crm not in ("hubspot", "spreadsheet"):
        raise Configuration("Name the CRM.", next_step="--crm hubspot, or --crm spreadsheet --folder DIR")
    sheets = spreadsheets(folder) if crm == "spreadsheet" else None
    base = urls["crm"].rstrip("/")
    given = {"api_url": base, "authorize_url": f"{base}/oauth/authorize"} if base else {}
    accounting = {key: value for key, value in urls.items() if value and key != "crm"}
    sandbox = sandbox or "sandbox" in urls["api_url"]
    try:
        day = date.fromisoformat(cut_over) if cut_over else date.today()  # noqa: DTZ011 - the operator's own day
        return Settings.model_validate(
            {
                "name": name,
                "company": company,
                "environment": "sandbox" if sandbox else "production",
                "time_zone": time_zone,
                "cut_over": day,
                "posting_window": REAL_WINDOW if posting_window is None else posting_window,
                "secrets": best_kind(),
                "crm": sheets or {"kind": crm, **given},
                "accounting": {"realm_id": realm, **accounting},
            }
        )
    except ValueError as error:
        raise Configuration(f"The book cannot be made: {str(error).splitlines()[-1].strip()}.") from None


def systems_of(settings: Settings) -> tuple[str, ...]:
    """The systems of a book that have keys."""
    return tuple(system for system in ("quickbooks", settings.crm.kind) if system in KEYS)


def ask_secrets(systems: Iterable[str]) -> Secrets:
    """Ask for the keys, without showing them; from a pipe they are read a line each, in this order.

    On a terminal QuickBooks' keys are left to `connect quickbooks`, which opens the browser.
    """
    if sys.stdin.isatty():
        systems = [system for system in systems if system != "quickbooks"]
    return {system: {name: ask(f"{system} {name}") for name in KEYS[system]} for system in systems}


def ask(words: str) -> str:
    """One key, which may be empty."""
    if sys.stdin.isatty():
        return str(
            typer.prompt(f"{words} (not shown)", default="", show_default=False, hide_input=True, err=True)
        ).strip()
    return sys.stdin.readline().strip()


def require_free(root: Path, name: str) -> None:
    """See that a book may take the name.

    Raises:
        Configuration: the name is taken, or none.
    """
    book_folder(root, name)
    if name in book_names(root):
        step = "Choose another name, or remove its folder."
        raise Configuration(f"There is a book {name!r} already.", next_step=step)


def write(root: Path, settings: Settings, secrets: Secrets) -> Path:
    """Write a new book's folder."""
    folder = book_folder(root, settings.name)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.copyfile(bundled("sample_data") / "rules.toml", folder / "rules.toml")
    keep_secrets(folder, settings, secrets)
    write_settings(folder, settings)  # last: only now is it a book
    return folder


def keep_secrets(folder: Path, settings: Settings, secrets: Secrets) -> None:
    """Put secrets where the book keeps them; what is empty is left as it is."""
    for system, values in secrets.items():
        if given := {name: value for name, value in values.items() if value}:
            secrets_of(folder, settings, system).write(given)


def renew(root: Path, name: str, url: str) -> None:
    """Point a simulator's book at the simulator's present address, with its present credentials."""
    folder = book_folder(root, name)
    old = load_settings(folder)
    settings, secrets = of_simulator(name, url, old.posting_window)
    keep_secrets(folder, settings, secrets)
    if (settings.crm.api_url, settings.accounting.api_url) != (old.crm.api_url, old.accounting.api_url):
        write_settings(folder, old.model_copy(update={"crm": settings.crm, "accounting": settings.accounting}))
