"""One scenario file, two companies: the simulator's and, on request, one of Intuit's sandbox."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.contract.scenario import Company, Scenario, steps

STEPS = steps(Path(__file__).with_name("quickbooks.toml"))
SANDBOX = "https://sandbox-quickbooks.api.intuit.com"
TOKENS = "https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer"
NEEDED = ("CLIENT_ID", "CLIENT_SECRET", "REALM", "REFRESH_TOKEN_FILE")


@pytest.fixture(scope="module")
def simulated() -> Iterator[Company]:
    """The simulator's company, in a process of its own."""
    command = [sys.executable, "-m", "qbconsole.simulator", "--port", "0", "--seed", "7", "--size", "0.1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        try:
            given = json.loads(process.stdout.readline())["quickbooks"]
            root = f"{given['api_url']}/v3/company/{given['realm_id']}"
            yield Company(root, given["realm_id"], given["access_token"])
        finally:
            process.terminate()
            process.wait(10)


@pytest.fixture(scope="module")
def sandbox() -> Company:
    """A company of Intuit's sandbox; its refresh token lies in a file, where the newer one is put back."""
    if os.environ.get("QBCONSOLE_QBO_SANDBOX") != "1":
        pytest.skip("Intuit's sandbox is asked only with QBCONSOLE_QBO_SANDBOX=1 (docs/contract-tests.md)")
    given = {name: os.environ.get(f"QBCONSOLE_QBO_{name}", "") for name in NEEDED}
    if missing := [f"QBCONSOLE_QBO_{name}" for name, value in given.items() if not value]:
        pytest.skip(f"no credentials for Intuit's sandbox: set {', '.join(missing)} (docs/contract-tests.md)")
    file = Path(given["REFRESH_TOKEN_FILE"])
    form = {"grant_type": "refresh_token", "refresh_token": file.read_text(encoding="utf-8").strip()}
    app = httpx.BasicAuth(given["CLIENT_ID"], given["CLIENT_SECRET"])
    granted = httpx.post(TOKENS, data=form, auth=app, headers={"Accept": "application/json"}).raise_for_status().json()
    file.write_text(granted["refresh_token"], encoding="utf-8")
    root = f"{os.environ.get('QBCONSOLE_QBO_URL', SANDBOX)}/v3/company/{given['REALM']}"
    return Company(root, given["REALM"], granted["access_token"])


@pytest.mark.parametrize("where", ["simulated", "sandbox"])
def test_quickbooks_does_as_we_believe(where: str, request: pytest.FixtureRequest) -> None:
    company: Company = request.getfixturevalue(where)
    scenario = Scenario(company, run=uuid.uuid4().hex[:8])
    with httpx.Client(timeout=60) as client:
        for step in STEPS:
            assert scenario.play(client, step) == [], step.name
