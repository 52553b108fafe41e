"""What nobody outside Intuit knows for sure, kept as named questions with the readings that sources give."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Question:
    """One open question: the readings there are, the one that is taken, what it is about."""

    name: str
    readings: tuple[str, ...]
    default: str
    meaning: str


QUESTIONS = (
    Question(
        "number_sent",
        ("replaced", "kept"),
        "replaced",
        "A DocNumber sent while the company numbers automatically (quickbooks.md 8.6).",
    ),
    Question(
        "duplicate_number",
        ("refused", "accepted"),
        "refused",
        "A DocNumber used twice while numbers are custom: the warning that the API cannot see (quickbooks.md 8.6).",
    ),
    Question(
        "paid_invoice_ends",
        ("unapplied", "refused"),
        "unapplied",
        "Void or delete of an invoice with payments: they silently become unapplied, or 6000 (quickbooks.md 9).",
    ),
    Question("cdc_cap", ("shared", "each"), "shared", "The 1,000 rows of a CDC answer: in all, or for each entity."),
    Question(
        "cdc_stub",
        ("mixed", "stamped", "bare"),
        "mixed",
        "Whether a deleted row carries MetaData; mixed: those with an odd id do not (quickbooks.md 4).",
    ),
    Question("merged_customer", ("deleted", "silent"), "deleted", "What CDC says of a customer that was merged away."),
    Question("sending", ("bumped", "same"), "bumped", "Whether sending a form moves its SyncToken."),
    Question(
        "payment_for",
        ("parent", "same", "family"),
        "parent",
        "Whose invoices a payment settles: the customer's own and its jobs', only its own, or any relative's.",
    ),
    Question(
        "tax_override",
        ("replaced", "honoured"),
        "replaced",
        "A TotalTax that is sent to a company with automated sales tax (quickbooks.md 8.8).",
    ),
    Question("null_sent", ("kept", "blanked"), "kept", "A null in a sparse update (quickbooks.md 7.2)."),
    Question("rounding", ("half_up", "half_even"), "half_up", "How halves of a cent are rounded."),
    Question(
        "name_compare",
        ("loose", "case"),
        "loose",
        "When two display names are one: loose ignores case, accents and doubled spaces; case ignores case alone.",
    ),
    Question(
        "name_clash",
        ("null", "words", "holder"),
        "null",
        "The detail of 6240: ': null', a sentence, or the sentence with the holder's Id (quickbooks.md 7.4).",
    ),
    Question(
        "custom_fields",
        ("classic", "enhanced"),
        "classic",
        "Whether include=enhancedAllCustomFields shows more than the three classic fields (quickbooks.md 8.7).",
    ),
    Question(
        "unknown_custom_field", ("ignored", "refused"), "ignored", "A custom field that is not switched on, or 3000."
    ),
    Question(
        "feature_off",
        ("refused", "ignored"),
        "refused",
        "A class, location or deposit sent while the feature is off: 5030, or dropped.",
    ),
    Question("lapsed_status", ("200", "400"), "200", "The HTTP status of fault 6190, the lapsed subscription."),
    Question(
        "reactivated_name",
        ("suffixed", "clean"),
        "suffixed",
        "Whether a name that is made active again keeps ' (deleted)' when no new one is sent.",
    ),
    Question(
        "balance_inactive",
        ("refused", "allowed"),
        "refused",
        "Making a customer with a balance inactive: 6220, or allowed (quickbooks.md 7.3).",
    ),
    Question(
        "report_currency",
        ("home", "customer"),
        "home",
        "Reports reckon foreign documents in the home currency, or in the customer's own.",
    ),
    Question("mail_limit", ("none", "40"), "none", "How many e-mails a day the company sends (a sandbox: 40)."),
)
"""Every open question of the entities; the default is the reading that is harder on a client."""


def defaults() -> dict[str, str]:
    """The reading of each question that holds unless another is chosen."""
    return {question.name: question.default for question in QUESTIONS}
