"""Holds every answer of the simulated portal against HubSpot's published interface (openapi/README.md)."""

from __future__ import annotations

import copy
import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator, FormatChecker

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

FOLDER = Path(__file__).parent / "openapi"
DEVIATIONS: dict[str, list[dict[str, Any]]] = json.loads((FOLDER / "deviations.json").read_text())
DOCUMENTS = [
    json.loads((FOLDER / f"{name}.json").read_text())
    for name in (
        "merge",
        "objects",
        "owners",
        "pipelines",
        "properties",
        "associations_v4_schema",
        "associations_v4",
        "oauth",
    )
]
DATED = ("2026-03", "2026-09")
FORMATS = FormatChecker(formats=())


@FORMATS.checks("date-time", raises=ValueError)
def _is_moment(value: object) -> bool:
    """UTC to the second or the millisecond, with a Z."""
    text = str(value)
    datetime.fromisoformat(text)
    return re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z", text) is not None


@dataclass(frozen=True)
class Operation:
    """One method on one path: the schema of each success code's body (None: no body)."""

    name: str
    pattern: re.Pattern[str]
    answers: dict[int, dict[str, Any] | None]
    schemas: dict[str, Any]


def deviate(schemas: dict[str, Any]) -> dict[str, Any]:
    """The schemas of a document with the recorded deviations put in."""
    changed = copy.deepcopy(schemas)
    for deviation in DEVIATIONS["schemas"]:
        for name in set(deviation["schemas"]) & set(changed):
            *way, last = deviation["at"]
            node = changed[name]
            for step in way:
                node = node[step]
            node[last] = deviation["instead"]
    return changed


@cache
def operations() -> list[Operation]:
    """Every operation that is described, the more literal paths first."""
    found = [one for document in DOCUMENTS for one in _operations_of(document)]
    known = {one.name for one in found}
    found += [one for one in _indexed() if one.name not in known]
    return sorted(found, key=lambda one: one.name.count("{"))


def _operations_of(document: dict[str, Any]) -> list[Operation]:
    schemas = deviate(document["components"]["schemas"])
    return [
        operation
        for path, methods in document["paths"].items()
        for method, described in methods.items()
        for operation in _both(method.upper(), path, described, schemas)
    ]


def _both(method: str, path: str, described: dict[str, Any], schemas: dict[str, Any]) -> list[Operation]:
    answers = {
        int(code): (response.get("content") or {}).get("application/json", {}).get("schema")
        for code, response in described["responses"].items()
        if code != "default"
    }
    made = [Operation(f"{method} {path}", _pattern(path), answers, schemas)]
    if dated := described.get("x-path-2026-09"):
        plain = dated.replace("2026-09", "{v}")
        body = next(iter(answers.values()))
        codes = [*map(int, described.get("x-status-2026-09") or answers), *(code for code in answers if code == 207)]
        codes += [one["status"] for one in DEVIATIONS["statuses"] if one["operation"] == f"{method} {plain}"]
        by_code = {code: answers.get(code, body) for code in codes}
        made.append(Operation(f"{method} {plain}", _pattern(plain), by_code, schemas))
    return made


def _indexed() -> list[Operation]:
    """Operations of which only the codes are known; their bodies are not described."""
    listed = json.loads((FOLDER / "operations-2026-09.json").read_text())["operations"]
    return [
        Operation(f"{method} {plain}", _pattern(plain), {int(code): {} for code in codes or ["200"]}, {})
        for method, path, _, codes in listed
        for plain in [path.replace("2026-09", "{v}")]
    ]


def _pattern(path: str) -> re.Pattern[str]:
    text = re.sub(r"\\\{(\w+)\\\}", lambda one: f"(?:{'|'.join(DATED)})" if one[1] == "v" else "[^/]+", re.escape(path))
    return re.compile(text + "/?")


def operation_of(method: str, path: str) -> Operation | None:
    """The operation that a request means."""
    candidates = (one for one in operations() if one.name.startswith(f"{method} "))
    return next((one for one in candidates if one.pattern.fullmatch(path)), None)


def problem(method: str, path: str, status: int, body: bytes) -> str | None:
    """What is wrong with an answer, or None."""
    if path.startswith("/control/"):
        return None
    operation = operation_of(method, path)
    said = f"{method} {path} -> {status}"
    if status >= 400:
        return _bad_refusal(said, path, body)
    if operation is None:
        return None if path.startswith(UNDESCRIBED) else f"{said}: nothing describes this operation"
    if status not in operation.answers:
        return f"{said}: only {sorted(operation.answers)} are described"
    schema = operation.answers[status]
    if schema is None or status == 204:
        return f"{said}: a body where none is described" if body else None
    return _against(said, schema, operation.schemas, body)


UNDESCRIBED = ("/account-info/", "/oauth/", "/crm/property-validations/", "/crm/limits/")
"""Beginnings of paths of which the files say nothing or only the codes."""


def _bad_refusal(said: str, path: str, body: bytes) -> str | None:
    if path == "/oauth/authorize":
        return None
    if path.startswith("/oauth/") and "-tokens/" not in path:
        fields = set(json.loads(body))
        return None if {"status", "message"} <= fields else f"{said}: {fields}"
    return _against(said, {"$ref": "#/components/schemas/Error"}, deviate(DOCUMENTS[0]["components"]["schemas"]), body)


def _against(said: str, schema: dict[str, Any], schemas: dict[str, Any], body: bytes) -> str | None:
    whole = {**schema, "components": {"schemas": schemas}}
    validator = Draft202012Validator(whole, format_checker=FORMATS)
    error = next(iter(validator.iter_errors(json.loads(body))), None)
    return f"{said}: {error.json_path}: {error.message}" if error else None


@dataclass
class Witness:
    """ASGI middleware that looks at every answer that passes."""

    app: ASGIApp
    problems: list[str] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request and look at its answer."""
        messages: list[Message] = []

        async def keep(message: Message) -> None:
            messages.append(message)
            await send(message)

        await self.app(scope, receive, keep)
        body = b"".join(message.get("body", b"") for message in messages[1:])
        try:
            found = problem(scope["method"], scope["path"], messages[0]["status"], body)
        except ValueError as error:
            found = f"{scope['method']} {scope['path']}: {error}"
        if found is not None:
            self.problems.append(found)
