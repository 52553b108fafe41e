"""25,000 deals of a simulated portal, all modified within one minute: are they all read, and how long does it take?

    python benchmarks/hubspot_pull.py [COUNT]

The simulator keeps to HubSpot's limits (190 calls in ten seconds), so most of the time is waiting for them.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from urllib.request import Request, urlopen

from qbconsole.connectors.hubspot import HubSpot, HubSpotSettings
from qbconsole.domain.records import Deal


class Tokens(dict[str, str]):
    """Secrets in memory."""

    def read(self) -> dict[str, str]:
        """All of them."""
        return dict(self)

    def write(self, secrets: object) -> None:
        """Never asked for: a key is not renewed."""
        raise NotImplementedError(secrets)

    def alone(self) -> None:  # type: ignore[override]
        """Never asked for."""
        raise NotImplementedError


async def pull(portal: HubSpot, cursors: dict[str, str], name: str) -> set[str]:
    """Pull, print what it took, and give the ids of the deals."""
    began, calls, found = time.monotonic(), 0, set[str]()
    async for page in portal.pull(cursors, watched={}):
        calls += page.calls
        cursors[page.stream] = page.cursor
        found |= {row.id for row in page.records if isinstance(row.record, Deal)}
    print(f"{name}: {len(found):,} deals, {calls:,} calls counted, {time.monotonic() - began:.1f} s")
    return found


async def measure(served: dict[str, dict[str, str]], count: int) -> None:
    """The first pull, then the one after the import."""
    crm = served["crm"]
    portal = HubSpot(HubSpotSettings(api_url=crm["api_url"], keep_free=0), Tokens(token=crm["token"]))  # type: ignore[arg-type]
    cursors: dict[str, str] = {}
    await pull(portal, cursors, "first pull")
    body = json.dumps({"count": count, "within": 60}).encode()
    with urlopen(Request(f"{served['control_url']}/hubspot/import_deals", body)) as answer:  # noqa: S310 - this machine
        made = json.loads(answer.read())
    await asyncio.sleep(5)  # the search index lags
    found = await pull(portal, cursors, f"after {count:,} were imported")
    wanted = {str(number) for number in range(int(made["first"]), int(made["last"]) + 1)}
    print(f"lost: {len(wanted - found)}")
    await portal.close()


def main() -> None:
    """Serve the simulator and measure."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 25_000
    command = [sys.executable, "-m", "qbconsole.simulator", "--port", "0", "--size", "0.1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        try:
            asyncio.run(measure(json.loads(process.stdout.readline()), count))
        finally:
            process.terminate()
            process.wait(10)


if __name__ == "__main__":
    main()
