"""The portal's properties: the vendor's own, those made in this account, and what each takes (hubspot.md 2 and 4)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from qbconsole.simulator.hubspot import times
from qbconsole.simulator.hubspot.access import USER_ID
from qbconsole.simulator.hubspot.refusals import Refusal, invalid, not_found
from qbconsole.simulator.hubspot.requirements import Requirements
from qbconsole.simulator.hubspot.vendor_properties import VENDOR_GROUPS, VENDOR_PROPERTIES, definition, option

if TYPE_CHECKING:
    from datetime import datetime

    from qbconsole.simulator.database import Database

TYPES = ("string", "number", "date", "datetime", "enumeration", "bool", "phone_number")
"""Types that a property can have."""
MOST_UNIQUE = 10
"""Properties with hasUniqueValue an object may have (hubspot.md 4)."""
_REQUIRED = ("name", "label", "type", "fieldType", "groupName")
_CHANGEABLE = (
    "label",
    "description",
    "groupName",
    "options",
    "displayOrder",
    "hidden",
    "formField",
    "type",
    "fieldType",
)


class Properties:
    """Definitions by kind and name. A vendor's own are never changed, but may be hidden behind a stored copy."""

    def __init__(self, database: Database) -> None:
        self._stored = database.collection("hubspot.properties")
        self._groups = database.collection("hubspot.property_groups")
        self._rules = Requirements(database)

    def get(self, kind: str, name: str, *, archived: bool = False) -> dict[str, Any] | None:
        """The live definition (or the archived one), or None."""
        stored = self._stored.get(f"{kind}/{name}")
        found = stored["definition"] if stored else VENDOR_PROPERTIES[kind].get(name)
        return found if found is not None and found["archived"] is archived else None

    def all(self, kind: str, *, archived: bool = False) -> list[dict[str, Any]]:
        """Every definition of a kind, by name."""
        made = {one["definition"]["name"]: one["definition"] for one in self._stored if one["kind"] == kind}
        together = {**VENDOR_PROPERTIES[kind], **made}
        return [together[name] for name in sorted(together) if together[name]["archived"] is archived]

    def unique_names(self, kind: str) -> list[str]:
        """The properties of a kind that hold each value once."""
        made = (one["definition"] for one in self._stored if one["kind"] == kind)
        own = [one["name"] for one in made if one["hasUniqueValue"] and not one["archived"]]
        return ["email", *own] if kind == "contacts" else own

    def create(self, kind: str, body: dict[str, Any], at: datetime) -> dict[str, Any]:
        """Make a property; a name that was archived comes back with its old type (hubspot.md 4)."""
        _check_new(body)
        name = str(body["name"])
        if self.get(kind, name) is not None:
            raise Refusal(
                409,
                f'A property named "{name}" already exists.',
                "OBJECT_ALREADY_EXISTS",
                sub_category="Properties.PROPERTY_WITH_NAME_EXISTS",
                context={"name": [name]},
            )
        if self.get(kind, name, archived=True) is not None:
            return self.restore(kind, name, at)
        self._check_group(kind, str(body["groupName"]))
        if body.get("hasUniqueValue"):
            self._check_unique_allowance(kind)
        unique = bool(body.get("hasUniqueValue"))
        made = definition(name, body["type"], body["fieldType"], body["groupName"], unique=unique)
        made |= {key: body[key] for key in _CHANGEABLE if key in body}
        made["options"] = _options(made)
        made |= {"createdUserId": str(USER_ID), "updatedUserId": str(USER_ID)}
        made |= {"hubspotDefined": False, "createdAt": times.stamp(at), "updatedAt": times.stamp(at)}
        made["modificationMetadata"] = {"archivable": True, "readOnlyDefinition": False, "readOnlyValue": False}
        return self._put(kind, made)

    def update(self, kind: str, name: str, body: dict[str, Any], at: datetime) -> dict[str, Any]:
        """Change a property; options replace the whole list."""
        current = self.existing(kind, name)
        if current["modificationMetadata"]["readOnlyDefinition"]:
            raise invalid(f'Property "{name}" is HubSpot\'s own and its definition cannot be changed.')
        if "type" in body and body["type"] not in TYPES:
            raise invalid(f"Invalid input JSON: {body['type']} is no property type; types are {json_list(list(TYPES))}")
        if "groupName" in body:
            self._check_group(kind, str(body["groupName"]))
        changed = current | {key: body[key] for key in _CHANGEABLE if key in body}
        changed["options"] = _options(changed)
        return self._put(kind, changed | {"updatedAt": times.stamp(at)})

    def archive(self, kind: str, name: str, at: datetime) -> None:
        """Archive a property of this account; the vendor's own stay."""
        current = self.existing(kind, name)
        if not current["modificationMetadata"]["archivable"]:
            raise invalid(f'Property "{name}" is read only and cannot be archived.')
        if self._rules.of(kind, name):
            text = f'Property "{name}" is in use and cannot be archived.'
            raise Refusal(400, text, "VALIDATION_ERROR", sub_category="CANNOT_DELETE_PROPERTY_IN_USE")
        self._put(kind, current | {"archived": True, "archivedAt": times.stamp(at)})

    def restore(self, kind: str, name: str, at: datetime) -> dict[str, Any]:
        """Bring an archived property back as it was."""
        if (old := self.get(kind, name, archived=True)) is None:
            raise not_found(f'No archived property "{name}" exists.')
        restored = {key: value for key, value in old.items() if key != "archivedAt"} | {"archived": False}
        return self._put(kind, restored | {"updatedAt": times.stamp(at)})

    def existing(self, kind: str, name: str) -> dict[str, Any]:
        """The live definition; a refusal when there is none."""
        if (found := self.get(kind, name)) is None:
            raise not_found(f'Property "{name}" does not exist.')
        return found

    def groups(self, kind: str) -> list[dict[str, Any]]:
        """The property groups of a kind."""
        own = [{"name": name, "label": _label(name), "displayOrder": -1} for name in VENDOR_GROUPS[kind]]
        made = [one["group"] for one in self._groups if one["kind"] == kind]
        return [{**one, "archived": False} for one in own] + made

    def group(self, kind: str, name: str) -> dict[str, Any]:
        """One group; a refusal when there is none."""
        for group in self.groups(kind):
            if group["name"] == name:
                return group
        raise not_found(f'Property group "{name}" does not exist.')

    def update_group(self, kind: str, name: str, body: dict[str, Any]) -> dict[str, Any]:
        """Change the label or the place of a group of this account."""
        changed = self._own_group(kind, name) | {key: body[key] for key in ("label", "displayOrder") if key in body}
        self._groups.put(f"{kind}/{name}", {"kind": kind, "group": changed})
        return changed

    def archive_group(self, kind: str, name: str) -> None:
        """Forget a group of this account in which no property is."""
        self._own_group(kind, name)
        if any(one["groupName"] == name for one in self.all(kind)):
            raise invalid(f'Property group "{name}" still has properties.')
        self._groups.remove(f"{kind}/{name}")

    def _own_group(self, kind: str, name: str) -> dict[str, Any]:
        self.group(kind, name)
        if (own := self._groups.get(f"{kind}/{name}")) is None:
            raise invalid(f'Property group "{name}" is HubSpot\'s own and cannot be changed.')
        return dict(own["group"])

    def create_group(self, kind: str, body: dict[str, Any]) -> dict[str, Any]:
        """Make a property group; a name that exists is 409."""
        name = body.get("name")
        if not name or not body.get("label"):
            raise invalid("A property group needs a name and a label.")
        if any(group["name"] == name for group in self.groups(kind)):
            raise Refusal(
                409,
                f'A property group named "{name}" already exists.',
                "OBJECT_ALREADY_EXISTS",
                sub_category="Properties.PROPERTY_GROUP_WITH_NAME_EXISTS",
            )
        group = {"name": name, "label": body["label"], "displayOrder": body.get("displayOrder", -1), "archived": False}
        self._groups.put(f"{kind}/{name}", {"kind": kind, "group": group})
        return group

    def _check_group(self, kind: str, name: str) -> None:
        if all(group["name"] != name for group in self.groups(kind)):
            raise invalid(f'Property group "{name}" does not exist.')

    def _check_unique_allowance(self, kind: str) -> None:
        if sum(one["hasUniqueValue"] and not one["hubspotDefined"] for one in self.all(kind)) >= MOST_UNIQUE:
            raise invalid(f"At most {MOST_UNIQUE} unique properties are allowed.")

    def _put(self, kind: str, made: dict[str, Any]) -> dict[str, Any]:
        self._stored.put(f"{kind}/{made['name']}", {"kind": kind, "definition": made})
        return made


def _check_new(body: dict[str, Any]) -> None:
    if missing := [key for key in _REQUIRED if not body.get(key)]:
        raise invalid(f"Some required fields were not set: {json_list(missing)}")
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,99}", str(body["name"])):
        raise invalid(f'Property name "{body["name"]}" must be lower case letters, digits and underscores.')
    if body["type"] not in TYPES:
        raise invalid(f"Invalid input JSON: {body['type']} is no property type; types are {json_list(list(TYPES))}")


def _options(made: dict[str, Any]) -> list[dict[str, Any]]:
    if made["type"] == "bool" and not made["options"]:
        return [option("true", 0, "Yes"), option("false", 1, "No")]
    values = [one.get("value") for one in made["options"]]
    if len(set(values)) != len(values) or not all(values):
        raise invalid("Property options must have distinct values.")
    return [option(one["value"], order, one.get("label", "")) | one for order, one in enumerate(made["options"])]


def _label(name: str) -> str:
    return name.replace("_", " ").capitalize()


def json_list(names: list[str]) -> str:
    """Names as the vendor lists them in a text: `[a, b]`."""
    return f"[{', '.join(names)}]"
