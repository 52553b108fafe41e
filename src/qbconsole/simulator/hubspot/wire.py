"""HTTP around the portal: who may call, how often, and what an answer looks like (hubspot.md 1, 5, 6)."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from starlette.responses import Response
from starlette.routing import Route

from qbconsole.simulator.hubspot import times
from qbconsole.simulator.hubspot.access import EDIT_ASSOCIATIONS
from qbconsole.simulator.hubspot.objects import Kind, kind_named
from qbconsole.simulator.hubspot.refusals import Refusal, invalid, objects

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from qbconsole.simulator.hubspot.access import Caller
    from qbconsole.simulator.hubspot.portal import Portal

VERSIONS = ("2026-03", "2026-09")
"""Dated versions that are served, beside the old ones (hubspot.md 0)."""
OLD = ""
"""The version of a call under an old prefix: v1, v3, v4. It sorts before every dated one."""
PERMISSIONS_SINCE = "2026-09"
"""The first version that looks at the permission to edit associations."""
LONGEST_URL = 8_000
"""Characters of path and query; the vendor names no number."""


@dataclass(frozen=True)
class Call:
    """One request that was let in."""

    portal: Portal
    path: dict[str, str]
    query: dict[str, list[str]]
    body: Any
    url: str
    version: str
    """`OLD` or a dated one."""
    length: int = 0
    """Characters of the body."""

    @property
    def kind(self) -> Kind:
        """The kind of record that the path names."""
        return kind_named(self.path["kind"])

    @property
    def fields(self) -> dict[str, Any]:
        """The body as a JSON object; a refusal when it is anything else."""
        if not isinstance(self.body, dict):
            raise invalid("Invalid input JSON on line 1, column 1: an object was expected")
        return self.body

    @property
    def inputs(self) -> list[dict[str, Any]]:
        """The `inputs` of a batch."""
        if "inputs" not in self.fields:
            raise invalid("Invalid input JSON: Some required fields were not set: [inputs]")
        return objects(self.fields["inputs"], "inputs")

    def listed(self, field_name: str) -> list[str]:
        """A list of names in the body."""
        found = self.fields.get(field_name) or []
        if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
            raise invalid(f"Invalid input JSON: {field_name} must be a list of strings")
        return found

    def names(self, parameter: str) -> list[str] | None:
        """A list given as `a,b` or repeated; None when the parameter is not there."""
        if parameter not in self.query:
            return None
        return [name for text in self.query[parameter] for name in text.split(",") if name]

    def text(self, parameter: str, default: str = "") -> str:
        """A parameter's last value."""
        return self.query.get(parameter, [default])[-1]

    def number(self, parameter: str, default: int, most: int) -> int:
        """A count from 1 to `most`."""
        text = self.text(parameter, str(default))
        if not text.isdigit() or not 1 <= int(text) <= most:
            raise invalid(f"Invalid {parameter} {text}: it must be between 1 and {most}")
        return int(text)

    @property
    def archived(self) -> bool:
        """Whether archived records are meant."""
        return self.text("archived", "false").lower() == "true"


@dataclass(frozen=True)
class Answer:
    """What a handler has to say."""

    body: dict[str, Any] | None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Endpoint:
    """One operation: its method and paths, what it does, the scope that it needs (`{kind}` is filled in)."""

    method: str
    old: str
    dated: str
    handler: Callable[[Call], Answer]
    scope: str = ""
    search: bool = False
    associates: bool = False
    """Whether it changes associations, for which a user needs a permission beside the scope (hubspot.md 6)."""

    @property
    def paths(self) -> dict[str, str]:
        """The version of each path: the old one and every dated one; `{v}` stands for the version."""
        dated = {self.dated.replace("{v}", version): version for version in VERSIONS} if self.dated else {}
        return ({self.old: OLD} if self.old else {}) | dated


def routes_of(portal: Portal, endpoints: list[Endpoint]) -> list[Route]:
    """Starlette's routes for endpoints, in their order."""
    return [
        Route(path, _served(portal, endpoint, version), methods=[endpoint.method])
        for endpoint in endpoints
        for path, version in endpoint.paths.items()
    ]


def _served(portal: Portal, endpoint: Endpoint, version: str) -> Callable[[Request], Any]:
    async def serve(request: Request) -> Response:
        raw = await request.body()
        headers: dict[str, str] = {}
        try:
            _measure(request)
            caller = portal.access.caller(request.headers.get("authorization", ""))
            with portal.database.transaction():
                headers = portal.limits.spend(caller, search=endpoint.search)
            call = _call(portal, request, raw, version)
            _authorise(caller, endpoint, call)
            with portal.database.transaction():
                portal.catch_up()
                answer = endpoint.handler(call)
        except Refusal as refusal:
            return refused(refusal, headers)
        return _response(answer.status, answer.body, headers | answer.headers)

    return serve


def refused(refusal: Refusal, headers: dict[str, str] | None = None) -> Response:
    """The answer to a request that was refused."""
    correlation_id = str(uuid.uuid4())
    body = {"correlationId": correlation_id, **refusal.body()}
    return _response(refusal.status, body, {**(headers or {}), **refusal.headers}, correlation_id)


def _response(status: int, body: dict[str, Any] | None, headers: dict[str, str], correlation_id: str = "") -> Response:
    content = b"" if body is None else json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    media = {"content-type": "application/json;charset=utf-8"} if body is not None else {}
    named = {"x-hubspot-correlation-id": correlation_id or str(uuid.uuid4())}
    return Response(content, status, headers={**headers, **media, **named})


def _measure(request: Request) -> None:
    """A URL that is too long is refused before anything else (hubspot.md 5)."""
    if len(request.url.path) + len(request.url.query) > LONGEST_URL:
        raise Refusal(414, "URI Too Long")


def _authorise(caller: Caller, endpoint: Endpoint, call: Call) -> None:
    needed = endpoint.scope
    if "{kind}" in needed:
        needed = needed.replace("{kind}", call.kind.scope)
    if needed and not caller.may(needed):
        context = {"requiredGranularScopes": [needed]}
        text = "This app hasn't been granted all required scopes to make this call."
        raise Refusal(403, text, "MISSING_SCOPES", errors=[{"message": text, "context": context}], context=context)
    if endpoint.associates and call.version >= PERMISSIONS_SINCE and not caller.may(EDIT_ASSOCIATIONS):
        raise invalid("Missing 'Edit Associations' permission.")


def _call(portal: Portal, request: Request, raw: bytes, version: str) -> Call:
    query: dict[str, list[str]] = {}
    for name, value in request.query_params.multi_items():
        query.setdefault(name, []).append(value)
    try:
        body = json.loads(raw, parse_float=Decimal) if raw else None
    except ValueError as error:
        message = f"Invalid input JSON on line 1, column 1: {error}"
        raise invalid(message) from error
    return Call(
        portal, dict(request.path_params), query, body, str(request.url), version, len(raw.decode("utf-8", "replace"))
    )


def batch_answer(
    portal: Portal, results: list[Any], errors: list[dict[str, Any]] | None = None, *, status: int = 200
) -> Answer:
    """A batch's answer: 207 with `numErrors` when some inputs failed, COMPLETE even then (hubspot.md 4)."""
    now = times.stamp(portal.clock.now())
    body: dict[str, Any] = {"status": "COMPLETE", "results": results, "startedAt": now, "completedAt": now}
    if errors:
        return Answer(body | {"numErrors": len(errors), "errors": errors}, 207)
    return Answer(body, status)


def paged(results: list[Any], after: str | None, url: str) -> dict[str, Any]:
    """A page; the key `paging` is missing on the last one (hubspot.md 3, "List")."""
    if after is None:
        return {"results": results}
    base, _, query = url.partition("?")
    kept = [part for part in query.split("&") if part and not part.startswith("after=")]
    return {
        "results": results,
        "paging": {"next": {"after": after, "link": f"{base}?{'&'.join([*kept, f'after={after}'])}"}},
    }
