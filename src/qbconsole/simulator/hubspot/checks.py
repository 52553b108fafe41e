"""What a write may put into a record: names, types, options, requirements (hubspot.md 4 and 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qbconsole.simulator.hubspot.properties import json_list
from qbconsole.simulator.hubspot.refusals import Refusal, bad_values, invalid
from qbconsole.simulator.hubspot.values import BadValue, kept, text_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qbconsole.simulator.hubspot.portal import Portal

REQUIRED: dict[str, tuple[tuple[str, ...], ...]] = {
    "companies": (("name", "domain"),),
    "tasks": (("hs_timestamp",),),
    "notes": (("hs_timestamp",),),
    "quotes": (("hs_title",), ("hs_expiration_date",)),
}
"""By kind: of each tuple, at least one must have a value."""

LEGACY_STATES = ("DRAFT", "APPROVAL_NOT_NEEDED", "PENDING_APPROVAL", "APPROVED", "REJECTED")
"""What `hs_status` of a quote can be set to that is no CPQ quote."""


def checked(
    portal: Portal, kind: str, written: Mapping[str, Any], current: dict[str, Any], *, by_app: bool
) -> dict[str, Any]:
    """The values of a write as they will be kept; None clears. Every bad one is named in one refusal."""
    values: dict[str, Any] = {}
    problems: list[dict[str, str]] = []
    for name, value in written.items():
        if value is None:
            continue  # only "" clears (hubspot.md 9, 13)
        try:
            values[name] = _value(portal, kind, name, value, current, by_app=by_app) or None
        except BadValue as bad:
            problems.append({"name": name, "error": bad.code, "message": bad.message})
    if kind == "deals" and not problems:
        problems = _stage_problems(portal, values, current)
    if kind == "quotes" and by_app and not problems:
        problems = _quote_problems(values, current)
    if problems:
        raise bad_values(problems, portal.portal_id)
    return values


def require(portal: Portal, kind: str, values: dict[str, Any]) -> None:
    """Refuse a record that would lack what its kind must have."""
    missing = [names[0] for names in REQUIRED.get(kind, ()) if not any(values.get(name) for name in names)]
    if missing:
        text = f"Error creating {kind}. Some required properties were not set: {json_list(missing)}"
        errors = [{"message": text, "code": "MISSING_REQUIRED_PROPERTY", "context": {"propertyName": missing}}]
        raise Refusal(400, text, "VALIDATION_ERROR", errors=errors, extra={"portalId": int(portal.portal_id)})


def require_own(portal: Portal, kind: str, values: Mapping[str, Any], touched: Mapping[str, Any] | None) -> None:
    """Refuse a record that would lack what people in this account made required (hubspot.md 6, since 2026-09)."""
    if problems := portal.requirements.problems(kind, values, touched):
        raise bad_values(problems, portal.portal_id)


def normalized(written: Mapping[str, Any], properties: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The warnings about values that were kept in another form than they were written (hubspot.md 6, since 2026-09)."""
    found = []
    for name, value in written.items():
        raw, kept_as = "" if value is None else text_of(value), properties.get(name)
        if raw and kept_as and raw != kept_as and not raw.startswith(";"):
            text = f"The value of {name} was normalized."
            context = {"propertyName": name, "rawValue": raw, "normalizedValue": kept_as}
            found.append({"category": "PROPERTY_VALUE_NORMALIZED", "message": text, "context": context})
    return found


def _value(portal: Portal, kind: str, name: str, value: Any, current: dict[str, Any], *, by_app: bool) -> str:
    if (definition := portal.properties.get(kind, name)) is None:
        raise BadValue("PROPERTY_DOESNT_EXIST", f'Property "{name}" does not exist')
    if definition["modificationMetadata"]["readOnlyValue"] and (by_app or definition["calculated"]):
        raise BadValue("READ_ONLY_VALUE", f'"{name}" is a read only property; its value cannot be set.')
    text = kept(definition, value)
    if text and definition["type"] == "enumeration":
        return _option(portal, kind, definition, text, current)
    if text and kind == "contacts" and name == "email":
        return _email(text)
    return text


def _option(portal: Portal, kind: str, definition: dict[str, Any], text: str, current: dict[str, Any]) -> str:
    """Case matters; a checkbox takes several, and a leading `;` appends to what is there (hubspot.md 4)."""
    name = definition["name"]
    if name == "hubspot_owner_id":
        if not portal.owners.has(text):
            raise BadValue("INVALID_OWNER_ID", f"Owner {text} does not exist")
        return text
    chosen = [text]
    if definition["fieldType"] == "checkbox":
        before = (current.get(name) or "").split(";") if text.startswith(";") else []
        chosen = list(dict.fromkeys(one for one in [*before, *text.split(";")] if one))
    allowed = [option["value"] for option in portal.options(kind, definition)]
    if allowed and (bad := [one for one in chosen if one not in allowed]):
        raise BadValue("INVALID_OPTION", f"{bad[0]} was not one of the allowed options: {json_list(allowed)}")
    return ";".join(chosen)


def _email(text: str) -> str:
    name, at, domain = text.strip().partition("@")
    if not (name and at and "." in domain) or " " in text.strip():
        raise BadValue("INVALID_EMAIL", f"Email address {text} is invalid")
    return text.strip().lower()


def _stage_problems(portal: Portal, values: dict[str, Any], current: dict[str, Any]) -> list[dict[str, str]]:
    """A deal's stage must be one of its pipeline's."""
    stage = values.get("dealstage", current.get("dealstage"))
    if not stage or not values.keys() & {"dealstage", "pipeline"}:
        return []
    pipeline = values.get("pipeline") or current.get("pipeline") or portal.pipelines.default_id()
    if portal.pipelines.stage(pipeline, stage) is not None:
        return []
    allowed = json_list(portal.pipelines.stage_ids(pipeline))
    return [
        {
            "name": "dealstage",
            "error": "INVALID_OPTION",
            "message": f"{stage} was not one of the allowed options: {allowed}",
        }
    ]


def _quote_problems(values: dict[str, Any], current: dict[str, Any]) -> list[dict[str, str]]:
    """An app leaves a CPQ quote a draft; ACCEPTED is the buyer's word, and no state of a legacy one (hubspot.md 2)."""
    cpq = {**current, **values}.get("hs_template_type") == "CPQ_QUOTE"
    status = values.get("hs_status")
    if not status or (status == "DRAFT" if cpq else status != "ACCEPTED"):
        return []
    allowed = json_list(["DRAFT"] if cpq else list(LEGACY_STATES))
    text = f"{status} was not one of the allowed options: {allowed}"
    return [{"name": "hs_status", "error": "INVALID_OPTION", "message": text}]


def properties_of(body: dict[str, Any]) -> dict[str, Any]:
    """The `properties` of a request; a refusal when there are none."""
    written = body.get("properties")
    if not isinstance(written, dict):
        raise invalid("Invalid input JSON: Some required fields were not set: [properties]")
    return written
