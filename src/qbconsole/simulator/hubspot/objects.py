"""The kinds of record a portal holds and how the vendor names them (hubspot.md 2)."""

from __future__ import annotations

from dataclasses import dataclass

from qbconsole.simulator.hubspot.refusals import Refusal


@dataclass(frozen=True)
class Kind:
    """One kind of record."""

    name: str
    singular: str
    type_id: str
    scope: str
    """The middle of its scopes, `crm.objects.{scope}.read`; tasks and notes ride on contacts (hubspot.md 1)."""
    default_properties: tuple[str, ...]
    """What a read gives that names no properties."""
    created: str = "createdate"
    modified: str = "hs_lastmodifieddate"
    searchable: tuple[str, ...] = ()
    """What the free text of a search (`query`) looks at."""

    @property
    def standing(self) -> tuple[str, ...]:
        """The properties that come with every read, named or not."""
        return (self.created, self.modified, "hs_object_id")


_KINDS = (
    Kind(
        "companies",
        "company",
        "0-2",
        "companies",
        ("name", "domain"),
        searchable=("name", "domain", "phone", "website"),
    ),
    Kind(
        "contacts",
        "contact",
        "0-1",
        "contacts",
        ("email", "firstname", "lastname"),
        modified="lastmodifieddate",
        searchable=("email", "firstname", "lastname", "phone", "company"),
    ),
    Kind(
        "deals",
        "deal",
        "0-3",
        "deals",
        ("dealname", "amount", "closedate", "pipeline", "dealstage"),
        searchable=("dealname", "description", "dealtype"),
    ),
    Kind("line_items", "line_item", "0-8", "line_items", ("name", "quantity", "price", "amount"), searchable=("name",)),
    Kind("products", "product", "0-7", "products", ("name", "price", "description"), searchable=("name", "hs_sku")),
    Kind(
        "quotes",
        "quote",
        "0-14",
        "quotes",
        ("hs_title", "hs_status"),
        created="hs_createdate",
        searchable=("hs_title",),
    ),
    Kind(
        "tasks", "task", "0-27", "contacts", (), created="hs_createdate", searchable=("hs_task_subject", "hs_task_body")
    ),
    Kind("notes", "note", "0-46", "contacts", (), created="hs_createdate", searchable=("hs_note_body",)),
)
KINDS: dict[str, Kind] = {kind.name: kind for kind in _KINDS}
"""Every kind by its plural name."""
_BY_ANY_NAME = {name: kind for kind in _KINDS for name in (kind.name, kind.singular, kind.type_id)}


def kind_named(text: str) -> Kind:
    """The kind that a path means: plural, singular or type id; anything else is refused in the vendor's words."""
    if (kind := _BY_ANY_NAME.get(text.lower())) is None:
        raise Refusal(400, f"Unable to infer object type from: {text}")
    return kind
