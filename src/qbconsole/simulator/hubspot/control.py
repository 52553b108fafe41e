"""What a person, or the vendor, does in HubSpot behind the client's back: `POST /control/hubspot/ACT`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse
from starlette.routing import Route

from qbconsole.simulator.hubspot import bulk, signing, stages
from qbconsole.simulator.hubspot.objects import kind_named
from qbconsole.simulator.hubspot.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from qbconsole.simulator.hubspot.portal import Portal

Document = dict[str, Any]


_TEXTS = ("kind", "id", "name", "pipeline", "stage", "to", "primary", "other", "by")
"""Fields that may be written as numbers too."""


class Unfit(Exception):
    """A body that cannot be used, with a sentence that says why."""


@dataclass(frozen=True)
class Act:
    """Something that can be done: its fields (those with `?` may be missing), what it is, and how it is done."""

    fields: str
    words: str
    do: Callable[[Portal, Document], Document]


def routes(portal: Portal) -> list[Route]:
    """The routes, bound to one portal."""

    async def acts(_: Request) -> JSONResponse:
        return JSONResponse({name: {"fields": act.fields.split(), "does": act.words} for name, act in ACTS.items()})

    async def perform(request: Request) -> JSONResponse:
        name = request.path_params["act"]
        if (act := ACTS.get(name)) is None:
            return _refused(f"No act is called {name!r}; there are {', '.join(ACTS)}.", 404)
        try:
            body = _body(await request.body(), act)
            with portal.database.transaction():
                portal.catch_up()
                return JSONResponse(act.do(portal, body))
        except (Unfit, Refusal) as reason:
            return _refused(str(reason), 400)

    return [
        Route("/control/hubspot", acts, methods=["GET"]),
        Route("/control/hubspot/{act}", perform, methods=["POST"]),
    ]


def _refused(text: str, status: int) -> JSONResponse:
    return JSONResponse({"error": text}, status_code=status)


def _body(raw: bytes, act: Act) -> Document:
    try:
        body = json.loads(raw or b"{}")
    except ValueError:
        body = None
    if not isinstance(body, dict):
        message = "The body must be a JSON object."
        raise Unfit(message)
    names = act.fields.split()
    missing = [name for name in names if not name.endswith("?") and name not in body]
    unknown = [name for name in body if name not in names and f"{name}?" not in names]
    if missing or unknown:
        message = f"The fields are {', '.join(names) or 'none'}; missing: {missing}, unknown: {unknown}."
        raise Unfit(message)
    return {name: str(value) if name in _TEXTS else value for name, value in body.items()}


def _kind(body: Document) -> str:
    return kind_named(body["kind"]).name


# Properties


def _archive_property(portal: Portal, body: Document) -> Document:
    portal.properties.archive(_kind(body), body["name"], portal.clock.now())
    return {}


def _restore_property(portal: Portal, body: Document) -> Document:
    return portal.properties.restore(_kind(body), body["name"], portal.clock.now())


def _change_property(portal: Portal, body: Document) -> Document:
    changes: Document = {
        name: body[name] for name in ("label", "type", "fieldType", "options", "hidden") if name in body
    }
    return portal.properties.update(_kind(body), body["name"], changes, portal.clock.now())


def _require_property(portal: Portal, body: Document) -> Document:
    portal.properties.existing(_kind(body), body["name"])
    portal.requirements.add(_kind(body), body["name"], body.get("when") or {})
    return {}


def _release_property(portal: Portal, body: Document) -> Document:
    portal.requirements.remove(_kind(body), body["name"])
    return {}


# Pipelines


def _change_stage(portal: Portal, body: Document) -> Document:
    changes: Document = {name: body[name] for name in ("label", "metadata") if name in body}
    return stages.change_stage(portal, body["pipeline"], body["stage"], changes)


def _remove_stage(portal: Portal, body: Document) -> Document:
    return {"moved": stages.empty_and_remove(portal, body["pipeline"], body["stage"], body["to"])}


def _move_deal(portal: Portal, body: Document) -> Document:
    return portal.update("deals", body["id"], {"pipeline": body["pipeline"], "dealstage": body["stage"]})


# Records


def _create(portal: Portal, body: Document) -> Document:
    links = [(kind_named(kind).name, str(to_id), label) for kind, to_id, label in body.get("associations") or []]
    return portal.create(_kind(body), body["properties"], associations=links)


def _update(portal: Portal, body: Document) -> Document:
    return portal.update(_kind(body), body["id"], body["properties"])


def _archive(portal: Portal, body: Document) -> Document:
    portal.archive(_kind(body), body["id"])
    return {}


def _restore(portal: Portal, body: Document) -> Document:
    return portal.restore(_kind(body), body["id"])


def _purge(portal: Portal, body: Document) -> Document:
    portal.purge(_kind(body), body["id"])
    return {}


def _merge(portal: Portal, body: Document) -> Document:
    return portal.merge(_kind(body), body["primary"], body["other"])


def _sign_quote(portal: Portal, body: Document) -> Document:
    return signing.sign(portal, body["id"], body.get("by", "Buyer"))


def _pay_quote(portal: Portal, body: Document) -> Document:
    return signing.pay(portal, body["id"])


# The account


def _deactivate_owner(portal: Portal, body: Document) -> Document:
    return portal.owners.put(portal.owners.get(body["id"]) | {"archived": True})


def _take_scopes(portal: Portal, body: Document) -> Document:
    portal.access.take_away(body["scopes"])
    return {"lacking": sorted(portal.access.lacking)}


def _use_up_day(portal: Portal, _: Document) -> Document:
    portal.limits.use_up()
    return {"used": portal.limits.used}


def _import_deals(portal: Portal, body: Document) -> Document:
    count = body["count"]
    if not isinstance(count, int) or not 1 <= count <= bulk.MOST:
        message = f'"count" must be a whole number from 1 to {bulk.MOST}.'
        raise Unfit(message)
    ids = bulk.make_deals(portal, count, within=float(body.get("within", 60)))
    return {"first": ids[0], "last": ids[-1]}


def _touch_deals(portal: Portal, _: Document) -> Document:
    return {"touched": bulk.touch_deals(portal)}


ACTS: dict[str, Act] = {
    "archive_property": Act("kind name", "archives a property of the account", _archive_property),
    "restore_property": Act("kind name", "brings an archived property back, with its values", _restore_property),
    "change_property": Act(
        "kind name label? type? fieldType? options? hidden?", "renames, retypes or hides a property", _change_property
    ),
    "require_property": Act(
        "kind name when?", "requires a property, or only when others have values: {OTHER: [VALUE]}", _require_property
    ),
    "release_property": Act("kind name", "requires a property no more", _release_property),
    "change_stage": Act("pipeline stage label? metadata?", "renames a stage or changes what it means", _change_stage),
    "remove_stage": Act("pipeline stage to", "moves a stage's deals to another one and removes it", _remove_stage),
    "move_deal": Act("id pipeline stage", "moves a deal to another pipeline", _move_deal),
    "create": Act("kind properties associations?", "makes a record; links are [KIND, ID, LABEL]", _create),
    "update": Act("kind id properties", "sets values of a record, read-only ones too", _update),
    "archive": Act("kind id", "moves a record to the recycle bin", _archive),
    "restore": Act("kind id", "takes a record out of the recycle bin", _restore),
    "purge": Act("kind id", "deletes a record for good", _purge),
    "merge": Act("kind primary other", "merges a record into another", _merge),
    "sign_quote": Act("id by?", "one buyer signs or accepts a quote, as it asks for", _sign_quote),
    "pay_quote": Act("id", "the buyer pays a quote", _pay_quote),
    "deactivate_owner": Act("id", "deactivates a user", _deactivate_owner),
    "take_scopes": Act("scopes", "lets exactly these scopes be missing; edit-associations is one", _take_scopes),
    "use_up_day": Act("", "uses the day's calls up", _use_up_day),
    "import_deals": Act("count within?", "makes many deals, modified within the last seconds (60)", _import_deals),
    "touch_deals": Act("", "gives every deal one and the same new modification time", _touch_deals),
}
"""Everything that can be done."""
