"""The properties that the vendor itself defines (hubspot.md 2), read from `vendor_properties.txt`, which says how."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

_MOMENT = "2019-08-06T02:41:08.029Z"
"""When the vendor's own properties were made."""


def definition(
    name: str,
    kind_of_value: str,
    field_type: str,
    group: str,
    *,
    read_only: bool = False,
    calculated: bool = False,
    external: bool = False,
    unique: bool = False,
    hidden: bool = False,
    options: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """One property in the vendor's JSON (hubspot.md 2, "Properties")."""
    return {
        "name": name,
        "label": name.removeprefix("hs_").replace("_", " ").capitalize(),
        "type": kind_of_value,
        "fieldType": field_type,
        "description": "",
        "groupName": group,
        "options": options or [],
        "displayOrder": -1,
        "calculated": calculated,
        "externalOptions": external,
        "hasUniqueValue": unique,
        "hidden": hidden,
        "hubspotDefined": True,
        "archived": False,
        "createdAt": _MOMENT,
        "updatedAt": _MOMENT,
        "modificationMetadata": {
            "archivable": False,
            "readOnlyDefinition": True,
            "readOnlyOptions": True,
            "readOnlyValue": read_only or calculated,
        },
        "formField": False,
        "dataSensitivity": "non_sensitive",
    }


def option(value: str, order: int, label: str = "") -> dict[str, Any]:
    """One option of an enumeration."""
    return {"label": label or value, "value": value, "displayOrder": order, "hidden": False, "description": ""}


def _parse(line: str, group: str) -> dict[str, Any]:
    name, kind_of_value, field_type, *flags = line.split()
    choices = next((flag[1:].split(";") for flag in flags if flag.startswith("=")), [])
    return definition(
        name,
        kind_of_value,
        field_type,
        next((flag[1:] for flag in flags if flag.startswith("@")), group),
        read_only="ro" in flags,
        calculated="calc" in flags,
        external="external" in flags,
        unique="unique" in flags,
        hidden="hidden" in flags,
        options=[option(value, order) for order, value in enumerate(choices)],
    )


def _read() -> dict[str, dict[str, dict[str, Any]]]:
    found: dict[str, dict[str, dict[str, Any]]] = {}
    kind = group = ""
    for line in (files(__package__) / "vendor_properties.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            kind, group = line.strip("[]").split()
            found[kind] = {}
        elif line and not line.startswith("#"):
            made = _parse(line, group)
            found[kind][made["name"]] = made
    return found


VENDOR_PROPERTIES: dict[str, dict[str, dict[str, Any]]] = _read()
"""Each kind's vendor-defined properties by name. Not to be changed in place."""
VENDOR_GROUPS: dict[str, tuple[str, ...]] = {
    kind: tuple(dict.fromkeys(one["groupName"] for one in made.values())) for kind, made in VENDOR_PROPERTIES.items()
}
"""Each kind's vendor-defined property groups, its main one first."""
