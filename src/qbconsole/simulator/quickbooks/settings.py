"""What the company's own info and preferences say about how it works (quickbooks.md 8.12)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qbconsole.simulator.quickbooks.shelf import Shelf


class Settings:
    """Reads the preferences and company info as they are now."""

    def __init__(self, preferences: Shelf, info: Shelf) -> None:
        self._preferences = preferences
        self._info = info

    def block(self, name: str) -> dict[str, Any]:
        """One block of the preferences, such as `SalesFormsPrefs`."""
        found: dict[str, Any] = (self._preferences.get("1") or {}).get(name) or {}
        return found

    @property
    def home_currency(self) -> str:
        """The home currency's ISO code."""
        return str((self.block("CurrencyPrefs").get("HomeCurrency") or {"value": "USD"})["value"])

    @property
    def multicurrency(self) -> bool:
        """Whether documents may be in another currency."""
        return bool(self.block("CurrencyPrefs").get("MultiCurrencyEnabled"))

    @property
    def uses_tax(self) -> bool:
        """Whether there is sales tax at all."""
        return bool(self.block("TaxPrefs").get("UsingSalesTax"))

    @property
    def automated_tax(self) -> bool:
        """Whether the server reckons sales tax."""
        return self.uses_tax and bool(self.block("TaxPrefs").get("PartnerTaxEnabled"))

    def allows(self, name: str, *, unsaid: bool = False) -> bool:
        """Whether a switch of the sales forms is on, such as `CustomTxnNumbers`; `unsaid` if it is not there."""
        return bool(self.block("SalesFormsPrefs").get(name, unsaid))

    @property
    def tracks_classes(self) -> bool:
        """Whether documents or their lines may name a class."""
        accounting = self.block("AccountingInfoPrefs")
        return bool(accounting.get("ClassTrackingPerTxn") or accounting.get("ClassTrackingPerTxnLine"))

    @property
    def tracks_locations(self) -> bool:
        """Whether documents may name a location (Department)."""
        return bool(self.block("AccountingInfoPrefs").get("TrackDepartments"))

    @property
    def closed_through(self) -> str:
        """The closing date, or empty."""
        return str(self.block("AccountingInfoPrefs").get("BookCloseDate") or "")

    @property
    def default_term(self) -> str:
        """The Id of the company's own term, or empty."""
        return str((self.block("SalesFormsPrefs").get("DefaultTerms") or {}).get("value") or "")

    @property
    def home_state(self) -> str:
        """The company's own state."""
        info = self._info.get("1") or {}
        return str((info.get("CompanyAddr") or {}).get("CountrySubDivisionCode") or "")

    def custom_fields(self) -> dict[str, str]:
        """The classic custom fields of sales forms that are on: name by DefinitionId (quickbooks.md 8.7)."""
        stated = {
            str(field.get("Name")): field.get("StringValue", field.get("BooleanValue"))
            for group in self.block("SalesFormsPrefs").get("CustomField") or []
            for field in group.get("CustomField") or []
        }
        return {
            number: str(stated.get(f"SalesFormsPrefs.SalesCustomName{number}") or f"Custom {number}")
            for number in ("1", "2", "3")
            if stated.get(f"SalesFormsPrefs.UseSalesCustom{number}") in (True, "true")
        }
