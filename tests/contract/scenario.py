"""Runs a scenario file: calls to a vendor and what they must answer, in plain HTTP and knowing nothing of our code."""

from __future__ import annotations

import re
import time
import tomllib
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx

if TYPE_CHECKING:
    from pathlib import Path

MISSING = object()


@dataclass(frozen=True)
class Company:
    """Where a scenario runs: the root of one company's API, and the token for it."""

    root: str
    realm: str
    token: str


@dataclass(frozen=True)
class Step:
    """One call and what it must answer; see the head of the scenario file."""

    name: str
    call: str
    body: Any = None
    status: int = 200
    expect: dict[str, Any] = field(default_factory=dict)
    matches: dict[str, str] = field(default_factory=dict)
    absent: list[str] = field(default_factory=list)
    contains: list[dict[str, Any]] = field(default_factory=list)
    keep: dict[str, str] = field(default_factory=dict)
    media: str = "application/json"
    token: str = ""


def steps(path: Path) -> list[Step]:
    """The steps of a scenario file."""
    return [Step(**step) for step in tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)["step"]]


class Scenario:
    """The values that a run keeps from step to step."""

    def __init__(self, company: Company, run: str) -> None:
        self._company = company
        self._kept = {"realm": company.realm, "run": run}

    def play(self, client: httpx.Client, step: Step) -> list[str]:
        """Make a step's call; returns what of its answer is not as it must be."""
        answer = client.send(self._request(client, step))
        while answer.status_code == 429:
            time.sleep(float(answer.headers.get("retry-after", 1)))
            answer = client.send(self._request(client, step))
        if answer.status_code != step.status:
            return [f"status {answer.status_code} instead of {step.status}: {answer.text[:500]}"]
        if not answer.headers["content-type"].startswith(step.media):
            return [f"content type {answer.headers['content-type']}"]
        if step.media != "application/json":
            return [] if answer.content else ["an empty body"]
        body = answer.json(parse_float=Decimal)
        wrong = [*self._differences(step, body), *self._lacking(step, body)]
        for name, path in step.keep.items():
            self._kept[name] = str(at(body, path))
        return wrong

    def _request(self, client: httpx.Client, step: Step) -> httpx.Request:
        method, _, rest = self._filled(step.call).partition(" ")
        headers = {"Authorization": f"Bearer {step.token or self._company.token}", "Accept": step.media}
        if method == "QUERY":
            headers["Content-Type"] = "application/text"
            return client.build_request("POST", f"{self._company.root}/query", content=rest.strip(), headers=headers)
        path, _, query = rest.partition("?")
        url = f"{self._company.root}/{path}" + (f"?{quote(query, safe='=&,')}" if query else "")
        return client.build_request(method, url, json=_plain(self._filled(step.body)), headers=headers)

    def _differences(self, step: Step, body: Any) -> list[str]:
        wanted = [(path, value, at(body, path)) for path, value in self._filled(step.expect).items()]
        patterns = [(path, self._filled(pattern), at(body, path)) for path, pattern in step.matches.items()]
        return [
            *(f"{path} is {found!r}, not {value!r}" for path, value, found in wanted if found != value),
            *(f"{path} is {found!r}, not {pattern}" for path, pattern, found in patterns if not _fits(pattern, found)),
            *(f"{path} is there" for path in step.absent if at(body, path) is not MISSING),
        ]

    def _lacking(self, step: Step, body: Any) -> list[str]:
        wrong = []
        for wanted in self._filled(step.contains):
            members = [member for one in spread(body, wanted["path"].split(".")) for member in one]
            if not any(wanted["values"].items() <= member.items() for member in members):
                wrong.append(f"{wanted['path']} has no member with {wanted['values']}")
        return wrong

    def _filled(self, value: Any) -> Any:
        """The value with what was kept in the place of its names."""
        if isinstance(value, str):
            return re.sub(r"\{(\w+)\}", lambda name: self._kept.get(name[1], name[0]), value)
        if isinstance(value, dict):
            return {self._filled(key): self._filled(one) for key, one in value.items()}
        return [self._filled(one) for one in value] if isinstance(value, list) else value


def at(body: Any, path: str) -> Any:
    """The value at a dotted path, or `MISSING`."""
    for part in path.split("."):
        if isinstance(body, list) and part.isdigit() and int(part) < len(body):
            body = body[int(part)]
        elif isinstance(body, dict) and part in body:
            body = body[part]
        else:
            return MISSING
    return body


def spread(body: Any, path: list[str]) -> list[Any]:
    """Every value at a path in which `*` stands for each member of a list."""
    if not path:
        return [body]
    if path[0] == "*":
        return [found for one in body for found in spread(one, path[1:])] if isinstance(body, list) else []
    inner = at(body, path[0])
    return [] if inner is MISSING else spread(inner, path[1:])


def _fits(pattern: str, found: Any) -> bool:
    return isinstance(found, str) and re.search(pattern, found) is not None


def _plain(value: Any) -> Any:
    """Decimals as the JSON encoder takes them: these figures are exact as floats."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list) else value
