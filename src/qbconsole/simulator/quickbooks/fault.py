"""Intuit's refusals: code, message, detail and element (quickbooks.md 2.6 and 7.4)."""

from __future__ import annotations

from typing import Any


class Fault(Exception):
    """One refusal, as one entry of a Fault body."""

    def __init__(
        self,
        code: str,
        message: str,
        detail: str = "",
        element: str | None = None,
        *,
        status: int = 400,
        kind: str = "ValidationFault",
    ) -> None:
        super().__init__(f"{code} {message}: {detail}")
        self.code = code
        self.message = message
        self.detail = detail
        self.element = element
        self.status = status
        self.kind = kind

    def body(self) -> dict[str, Any]:
        """The Fault object."""
        error = {"Message": self.message, "Detail": self.detail, "code": self.code}
        if self.element is not None:
            error["element"] = self.element
        return {"Error": [error], "type": self.kind}


def missing(parameter: str, element: str | None = None) -> Fault:
    """2020: a required parameter is missing."""
    return Fault(
        "2020",
        "Required param missing, need to supply the required value for the API",
        f"Required parameter {parameter} is missing in the request",
        element or parameter,
    )


def not_found(*, deleted: bool = False) -> Fault:
    """610: the object is not there, or inactive; the text is the same for both, another for what was deleted."""
    told = (
        "Another user has deleted this transaction."
        if deleted
        else "Something you're trying to use has been made inactive. "
        "Check the fields with accounts, customers, items, vendors or employees."
    )
    return Fault("610", "Object Not Found", f"Object Not Found : {told}", "")


def bad_reference(kind: str, reference: str) -> Fault:
    """2500: a reference to something that does not exist; `kind` is Intuit's word for its list."""
    return Fault("2500", "Invalid Reference Id", f"Invalid Reference Id : {kind} element id {reference} not found", "")


def stale() -> Fault:
    """5010: the SyncToken is not the stored one."""
    return Fault(
        "5010",
        "Stale Object Error",
        "Stale Object Error : You and another user were working on this at the same time. "
        "The other user finished before you did, so your work was not saved.",
        "",
    )


def duplicate_name(wording: str, holder: str) -> Fault:
    """6240: display names are unique over customers, vendors and employees.

    Args:
        wording: `null` (recorded in 2020), `words`, or `holder`: the words and the Id of who bears the name.
        holder: that Id.
    """
    words = "Another customer, vendor or employee is already using this \nname. Please use a different name."
    told = {"null": "null", "words": words, "holder": f"{words} : Id={holder}"}[wording]
    return Fault("6240", "Duplicate Name Exists Error", f"The name supplied already exists. : {told}", "")


def duplicate_entry(name: str) -> Fault:
    """6240 again, for a list entry."""
    return Fault("6240", "Duplicate Name Exists Error", f"The name supplied already exists. : {name}", "")


def business(detail: str) -> Fault:
    """6000: the catch-all of business rules."""
    message = "A business validation error has occurred while processing your request"
    return Fault("6000", message, f"Business Validation Error: {detail}", "")


def closed_period() -> Fault:
    """6210: the date lies in a closed period."""
    return Fault(
        "6210",
        "Account Period Closed",
        "The account period has closed and the account books cannot be updated through the QBO Services API. "
        "Please use the QBO website to make these changes.",
        "",
    )


def too_long(element: str, text: str, most: int) -> Fault:
    """2050: a text beyond its length."""
    detail = f"Min:0 Max:{most} supported. Supplied length:{len(text)}"
    return Fault("2050", "String length is either shorter or longer than supported by specification", detail, element)


def bad_value(value: object, element: str) -> Fault:
    """2170: a value outside its enumeration."""
    return Fault("2170", "Invalid Enumeration", f"Invalid Enumeration : {value}", element)


def unlinkable(detail: str) -> Fault:
    """620: the transaction cannot be linked."""
    return Fault("620", "Transaction cannot be linked", detail, "")


def unavailable(feature: str) -> Fault:
    """5030: the feature is switched off or not in the subscription."""
    return Fault(
        "5030",
        "Feature Not Supported",
        f"Feature not supported : {feature} is not available in this company's subscription or is switched off.",
        feature,
    )


def failed() -> Fault:
    """10000: the server itself failed."""
    words = "An application error has occurred while processing your request"
    return Fault("10000", words, "System Failure Error: Internal Server Error", status=500, kind="SystemFault")


def unsupported(operation: str, kind: str) -> Fault:
    """500: the operation does not exist for the entity."""
    return Fault("500", "Unsupported Operation", f"Operation {operation} is not supported for {kind}.")
