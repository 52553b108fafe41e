"""The ways in which HubSpot says no (hubspot.md 6)."""

from __future__ import annotations

import json
from typing import Any


class Refusal(Exception):
    """An error answer: what its body will say, but for the correlation id, which every answer gets anew."""

    def __init__(
        self,
        status: int,
        message: str,
        category: str = "",
        *,
        sub_category: str = "",
        errors: list[dict[str, Any]] | None = None,
        context: dict[str, Any] | None = None,
        extra: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.category = category
        self.sub_category = sub_category
        self.errors = errors or []
        self.context = context or {}
        self.extra = extra or {}
        self.headers = headers or {}

    def body(self) -> dict[str, Any]:
        """The JSON body, without its correlation id."""
        parts = {
            "status": "error",
            "message": self.message,
            "category": self.category,
            "subCategory": self.sub_category,
            "errors": self.errors,
            "context": self.context,
            **self.extra,
        }
        return {name: value for name, value in parts.items() if value}


def invalid(message: str) -> Refusal:
    """A request that makes no sense: 400 VALIDATION_ERROR."""
    return Refusal(400, message, "VALIDATION_ERROR")


def not_found(message: str = "resource not found") -> Refusal:
    """404 with a category when the text names a record, else the bare form (hubspot.md 6, "not found")."""
    return Refusal(404, message, "" if message == "resource not found" else "OBJECT_NOT_FOUND")


def bad_values(problems: list[dict[str, str]], portal_id: str) -> Refusal:
    """Values that their properties do not take: the text embeds a JSON list, `errors` repeats it (hubspot.md 6).

    Each problem has `name`, `error` (the code) and `message`.
    """
    listed = [
        {"isValid": False, **problem, "localizedErrorMessage": problem["message"], "portalId": int(portal_id)}
        for problem in problems
    ]
    errors = [
        {"message": problem["message"], "code": problem["error"], "context": {"propertyName": [problem["name"]]}}
        for problem in problems
    ]
    text = "Property values were not valid: " + json.dumps(listed, separators=(",", ":"))
    return Refusal(400, text, "VALIDATION_ERROR", errors=errors)


def objects(value: Any, field: str) -> list[dict[str, Any]]:
    """A list of JSON objects (nothing at all is an empty one), or the refusal of anything else."""
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise invalid(f"Invalid input JSON: {field} must be a list of objects")
    return value
