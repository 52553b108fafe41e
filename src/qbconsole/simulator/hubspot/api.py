"""The portal on the wire: every route, and the names under which faults know a request."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from starlette.routing import Route

from qbconsole.simulator.hubspot import (
    account_routes,
    association_routes,
    batch_routes,
    label_routes,
    oauth_routes,
    pipeline_routes,
    property_routes,
    record_routes,
)
from qbconsole.simulator.hubspot.objects import KINDS
from qbconsole.simulator.hubspot.refusals import not_found
from qbconsole.simulator.hubspot.wire import refused, routes_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from qbconsole.simulator.hubspot.portal import Portal

_ENDPOINTS = [
    *batch_routes.ENDPOINTS,
    *label_routes.ENDPOINTS,
    *association_routes.ENDPOINTS,
    *record_routes.ENDPOINTS,
    *property_routes.ENDPOINTS,
    *pipeline_routes.ENDPOINTS,
    *account_routes.ENDPOINTS,
]


def routes(portal: Portal) -> list[Route]:
    """Every route of the portal, under the old and the dated prefixes; the rest of /crm is not found."""
    methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    unknown = [
        Route(path, _unknown, methods=methods)
        for path in ("/crm/{rest:path}", "/account-info/{rest:path}", "/oauth/{rest:path}")
    ]
    return [*oauth_routes.routes(portal), *routes_of(portal, _ENDPOINTS), *unknown]


async def _unknown(_request: Request) -> Response:
    return refused(not_found())


_RECORDS = re.compile(r"/crm/(?:v[34]/objects|objects/[^/]+)/(?P<kind>[^/]+)(?P<rest>/.*)?")
_LIMITS = re.compile(r"/crm/(?:v4/associations|associations/[^/]+)/definitions/.+")
_ASSOCIATIONS = re.compile(r"/crm/(?:v4/associations|associations/[^/]+)/[^/]+/[^/]+/(?P<rest>.+)")
_ACCOUNT = re.compile(
    r"/crm/(?:v3/(?P<old>properties|pipelines|owners)|(?P<dated>properties|pipelines|owners)/[^/]+)(?P<rest>/.*)?"
)
_VERBS = {"GET": "read", "POST": "create", "PUT": "create", "PATCH": "update", "DELETE": "archive"}
_SINGULAR = {name: kind.singular for kind in KINDS.values() for name in (kind.name, kind.singular, kind.type_id)}


def endpoints(method: str, path: str, _query: dict[str, str], body: bytes) -> list[str]:
    """The names as which a request counts: `search_deal`, `create_task`; a batch `batch` and one for each input.

    Nothing when the request is not for the portal.
    """
    if match := _RECORDS.fullmatch(path):
        return _record_names(
            method, _SINGULAR.get(match["kind"], match["kind"]), (match["rest"] or "").strip("/"), body
        )
    if _LIMITS.fullmatch(path):
        return [f"{_VERBS[method]}_association_limit"] if method in _VERBS else []
    if match := _ASSOCIATIONS.fullmatch(path):
        return _association_names(method, match["rest"], body)
    if match := _ACCOUNT.fullmatch(path):
        return [_account_name(method, match["old"] or match["dated"], (match["rest"] or "").strip("/"))]
    if path.startswith("/oauth/"):
        return [f"oauth_{path.rstrip('/').rpartition('/')[2]}"] if "-tokens/" not in path else ["oauth_about"]
    return ["read_account"] if path.startswith("/account-info/") else []


def _record_names(method: str, singular: str, rest: str, body: bytes) -> list[str]:
    if "/associations/" in rest:
        return [f"{_VERBS[method]}_association"] if method in _VERBS else []
    if rest.startswith("batch/"):
        return ["batch", *[f"{rest.removeprefix('batch/')}_{singular}"] * _count(body)]
    if rest == "gdpr-delete":
        return [f"purge_{singular}"]
    if rest in ("search", "merge"):
        return [f"{rest}_{singular}"]
    if method == "GET" and not rest:
        return [f"list_{singular}"]
    return [f"{_VERBS.get(method, method.lower())}_{singular}"]


def _association_names(method: str, rest: str, body: bytes) -> list[str]:
    if rest.startswith("labels"):
        verb = {"GET": "list", "PUT": "update"}.get(method, _VERBS.get(method, method.lower()))
        return [f"{verb}_association_label"]
    verb = {"batch/read": "read", "batch/archive": "archive"}.get(rest, "create")
    return ["batch", *[f"{verb}_association"] * _count(body)]


def _account_name(method: str, collection: str, rest: str) -> str:
    singular = {"properties": "property", "pipelines": "pipeline", "owners": "owner"}[collection]
    depth = len(rest.split("/")) if rest else 0
    named = 0 if collection == "owners" else 1
    if collection == "properties" and "/groups" in f"/{rest}":
        singular = "property_group"
        named = 2
    if method == "GET" and depth <= named:
        return f"list_{singular}"
    return f"{_VERBS.get(method, method.lower())}_{singular}"


def _count(body: bytes) -> int:
    try:
        parsed: Any = json.loads(body)
    except ValueError:
        return 0
    inputs = parsed.get("inputs") if isinstance(parsed, dict) else None
    return len(inputs) if isinstance(inputs, list) else 0
