"""What a buyer does to a quote: signing, accepting, paying (hubspot.md 2, "Quotes")."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qbconsole.simulator.hubspot import times

if TYPE_CHECKING:
    from qbconsole.simulator.hubspot.portal import Portal

Values = dict[str, Any]


def sign(portal: Portal, quote_id: str, by: str) -> Values:
    """One buyer signs. What was printed and signed by hand leaves no trace. The values that changed."""
    quote = portal.read("quotes", quote_id)["properties"]
    stamp = times.stamp(portal.clock.now())
    changes = _accepted(quote, by, stamp) if quote.get("hs_template_type") == "CPQ_QUOTE" else _signed(quote, stamp)
    portal.update("quotes", quote_id, changes)
    return changes


def _accepted(quote: Values, by: str, stamp: str) -> Values:
    how = quote.get("hs_acceptance_method") or "print_and_sign"
    if how == "clickwrap":
        return {"hs_status": "ACCEPTED", "hs_clickwrap_accepted_by": by}
    if how == "esignature":
        signed = _signed(quote | {"hs_esign_enabled": "true"}, stamp)
        return signed | ({"hs_status": "ACCEPTED"} if "hs_esign_date" in signed else {})
    return {}


def _signed(quote: Values, stamp: str) -> Values:
    """The number of signatures, and with the last one their date."""
    if quote.get("hs_esign_enabled") != "true":
        return {}
    needed = int(quote.get("hs_esign_num_signers_required") or 1)
    signed = min(int(quote.get("hs_esign_num_signers_completed") or 0) + 1, needed)
    return {"hs_esign_num_signers_completed": str(signed)} | ({"hs_esign_date": stamp} if signed == needed else {})


def pay(portal: Portal, quote_id: str) -> Values:
    """The buyer pays through HubSpot."""
    changes = {"hs_payment_status": "PAID", "hs_payment_date": times.stamp(portal.clock.now())}
    portal.update("quotes", quote_id, changes)
    return changes
