"""Tokens among real processes: renewed by one at a time, and not lost with a process that is killed between."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.cli.command import run
from tests.cli.intuit import Intuit, expire, secrets_of, sign_in

if TYPE_CHECKING:
    from pathlib import Path

CHECK = [sys.executable, "-m", "qbconsole", "book", "check", "--home"]


def test_processes_that_renew_at_once_ask_once_and_share_what_came(
    intuit: Intuit, signed_in: Path, tmp_path: Path
) -> None:
    """With a token that is good once only, two askers would lock each other out."""
    for _ in range(2):
        expire(signed_in)
        before = intuit.calls("token")
        several = [subprocess.Popen([*CHECK, str(tmp_path)], stdout=subprocess.DEVNULL) for _ in range(3)]
        assert [one.wait(60) for one in several] == [0, 0, 0]
        assert intuit.calls("token") == before + 1
    assert run("book", "check", home=tmp_path).code == 0


def killed_before_the_store(home: Path) -> int:
    environment = {**os.environ, "QBCONSOLE_FAILPOINT": "token.received"}
    return subprocess.run([*CHECK, str(home)], env=environment, check=False, capture_output=True).returncode


def test_a_process_killed_before_it_stored_loses_nothing_within_the_grace(
    intuit: Intuit, signed_in: Path, tmp_path: Path
) -> None:
    intuit.turn(refresh_token_grace="24h")
    expire(signed_in)
    before = secrets_of(signed_in)
    assert killed_before_the_store(tmp_path) == -signal.SIGKILL
    assert secrets_of(signed_in) == before
    assert run("book", "check", home=tmp_path).code == 0
    assert secrets_of(signed_in)["refresh_token"] != before["refresh_token"]


def test_without_a_grace_it_ends_in_one_line_and_signing_in_mends_it(
    intuit: Intuit, signed_in: Path, tmp_path: Path
) -> None:
    expire(signed_in)
    assert killed_before_the_store(tmp_path) == -signal.SIGKILL
    refused = run("book", "check", home=tmp_path)
    assert (refused.code, "asking you to sign in again" in refused.line) == (5, True)
    sign_in(intuit, tmp_path)
    assert run("book", "check", home=tmp_path).code == 0


def test_a_lost_answer_is_asked_for_again_within_the_grace(intuit: Intuit, signed_in: Path, tmp_path: Path) -> None:
    intuit.turn(refresh_token_grace="24h")
    expire(signed_in)
    intuit.fault("drop_response=1x@token")
    before = intuit.calls("token")
    assert run("book", "check", home=tmp_path).code == 0
    assert intuit.calls("token") == before + 2


def test_a_seed_of_the_environment_grows_on_beside(intuit: Intuit, tmp_path: Path) -> None:
    """A container's secrets are read-only; what QuickBooks made of them outlives the process in the encrypted file."""
    given = intuit.credentials()
    environment = {
        **os.environ,
        "QBCONSOLE_SECRET_QUICKBOOKS_CLIENT_ID": given["client_id"],
        "QBCONSOLE_SECRET_QUICKBOOKS_CLIENT_SECRET": given["client_secret"],
        "QBCONSOLE_SECRET_QUICKBOOKS_REFRESH_TOKEN": given["refresh_token"],
    }
    book = intuit.add(tmp_path, "--realm", intuit.realm)
    for _ in range(2):
        done = subprocess.run([*CHECK, str(tmp_path)], env=environment, check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        kept = secrets_of(book)
        assert kept["refresh_token"] != given["refresh_token"]
        assert "client_secret" not in kept
        expire(book)
    assert "the environment (client_id, client_secret, the first refresh_token), else an encrypted file" in done.stdout
