"""What the connector does to a whole portal: the simulator over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from tests.connectors.conftest import Tokens

from qbconsole.connectors.base import Send
from qbconsole.connectors.hubspot import HubSpot, HubSpotSettings
from qbconsole.domain.errors import Conflict, NeedsPerson
from qbconsole.domain.operations import CreateNote, CreateTask, MergeCompanies, Receipt, StampCompany, StampDeal
from qbconsole.domain.records import Company, Contact, Deal, FieldDefinition, LineItem, Quote

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from qbconsole.connectors.base import Page

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture
async def portal(simulator: Any) -> AsyncIterator[HubSpot]:
    connector: HubSpot = simulator.hubspot()
    yield connector
    await connector.close()


async def pull(portal: HubSpot, cursors: dict[str, str], **more: Any) -> list[Page]:
    return [page async for page in portal.pull(cursors, watched=more.pop("watched", {}), **more)]


def records(pages: list[Page], kind: type[Any]) -> list[Any]:
    return [row.record for page in pages for row in page.records if isinstance(row.record, kind)]


async def test_every_kind_is_read(portal: HubSpot) -> None:
    pages = await pull(portal, {})
    deals = {deal.id: deal for deal in records(pages, Deal)}
    won = [deal for deal in deals.values() if deal.won]
    assert won
    assert all(deal.visits and deal.visits[-1].stage_id == deal.stage_id for deal in won)
    for quote in records(pages, Quote):
        assert set(quote.deal_ids) <= set(deals)
    lines = {line.id for line in records(pages, LineItem)}
    assert all(set(deal.line_item_ids) <= lines for deal in deals.values())
    assert {"deals.dealstage", "companies.name", "quotes.hs_status"} <= {
        one.id for one in records(pages, FieldDefinition)
    }
    assert records(pages, Contact)


async def test_more_properties_than_a_search_takes_are_read_all_the_same(simulator: Any) -> None:
    names = [f"a_property_with_quite_a_long_name_{number:03}" for number in range(90)]
    given = simulator.line["crm"]
    custom = tuple(f"deals.{name}" for name in names)
    settings = HubSpotSettings(api_url=given["api_url"], custom_properties=custom, may_create_properties=True)
    portal = HubSpot(settings, Tokens({"token": given["token"]}))
    try:
        first = await pull(portal, {})
        deal = records(first, Deal)[0]
        await portal.apply(StampDeal(deal.id, tuple((name, name[-3:]) for name in names)), request_id="r")
        watched = {"hubspot.deals": [deal.id]}
        pages = await pull(portal, {page.stream: page.cursor for page in first}, watched=watched)
    finally:
        await portal.close()
    assert all(page.cursor for page in pages)
    found = next(one for one in records(pages, Deal) if one.id == deal.id)
    assert dict(found.custom) == {name: name[-3:] for name in names}


async def test_a_scope_that_lacks_for_definitions_is_a_line_of_the_check(simulator: Any) -> None:
    url, given = f"{simulator.line['control_url']}/hubspot/take_scopes", simulator.line["crm"]
    settings = HubSpotSettings(api_url=given["api_url"], custom_properties=("deals.po_number", "companies.tier"))
    portal = HubSpot(settings, Tokens({"token": given["token"]}))
    lacking = [f"crm.schemas.{kind}.read" for kind in ("companies", "deals", "quotes")]
    httpx.post(url, json={"scopes": lacking}, trust_env=False).raise_for_status()
    try:
        table = {line.name: line for line in await portal.check()}
    finally:
        httpx.post(url, json={"scopes": []}, trust_env=False).raise_for_status()
        await portal.close()
    named = {name: line.detail.rpartition(": ")[2].rstrip(".") for name, line in table.items() if not line.available}
    assert {name: scope for name, scope in named.items() if scope.startswith("crm.")} == {
        "read pipelines": "crm.schemas.deals.read",
        "read properties of quotes": "crm.schemas.quotes.read",
        "QuickBooks properties on deals": "crm.schemas.deals.read",
        "QuickBooks properties on companies": "crm.schemas.companies.read",
        "custom properties of deals": "crm.schemas.deals.read",
        "custom properties of companies": "crm.schemas.companies.read",
    }


async def test_a_quote_counts_as_accepted_once_all_have_signed(portal: HubSpot, simulator: Any) -> None:
    def act(name: str, **fields: Any) -> Any:
        url = f"{simulator.line['control_url']}/hubspot/{name}"
        return httpx.post(url, json=fields, trust_env=False).raise_for_status().json()

    first = await pull(portal, {})
    deal = records(first, Deal)[0]
    quote = act(
        "create",
        kind="quotes",
        properties={
            "hs_title": "Two signatures", "hs_expiration_date": "2027-01-31", "hs_status": "APPROVAL_NOT_NEEDED",
            "hs_esign_enabled": "true", "hs_esign_num_signers_required": "2",
        },
        associations=[["deals", deal.id, ""]],
    )  # fmt: skip
    for signed in range(3):
        found = next(one for one in records(await pull(portal, {}), Quote) if one.id == quote["id"])
        assert (found.signed, found.signers, found.accepted) == (signed, 2, signed == 2)
        assert found.deal_ids == (deal.id,)
        if signed < 2:
            act("sign_quote", id=quote["id"], by=f"Buyer {signed}")


async def test_a_note_is_made_once_and_found(portal: HubSpot) -> None:
    pages = await pull(portal, {})
    deal, company = records(pages, Deal)[0], records(pages, Company)[0]
    note = CreateNote("Invoice <1042>\nis paid", "Invoice 4711 / paid", NOON, deal.id, company.id)
    assert await portal.find(note, since=NOON) is None
    made = await portal.apply(note, request_id="r")
    for one in (note, CreateNote(note.body, note.tag, NOON, company_id=company.id)):
        found = await portal.find(one, since=NOON)
        assert found is not None
        assert (found.remote_id, found.found) == (made.remote_id, True)


async def test_tasks_and_notes_made_twice_are_there_once_with_all_their_ends(portal: HubSpot) -> None:
    pages = await pull(portal, {})
    deals, company = records(pages, Deal)[:3], records(pages, Company)[0]
    made: list[CreateTask | CreateNote] = [
        CreateTask("Call", "Please", f"Task {deal.id}", NOON, deal_id=deal.id, company_id=company.id) for deal in deals
    ]
    made += [CreateNote("Paid", f"Note {deal.id}", NOON, deal_id=deal.id) for deal in deals]
    sends = [Send(one, one.tag) for one in made]
    first, second = await portal.apply_many(sends), await portal.apply_many(sends)
    alone = [await portal.apply(one, request_id=one.tag) for one in made]
    found = [await portal.find(one, since=NOON) for one in made]
    ids = [[getattr(one, "remote_id", one) for one in outcomes] for outcomes in (first, second, alone, found)]
    assert ids[0] == ids[1] == ids[2] == ids[3]
    assert len({*ids[0][:3]}) == len({*ids[0][3:]}) == 3


async def test_of_several_tasks_a_bad_one_is_refused_and_the_others_are_made(portal: HubSpot) -> None:
    deals = records(await pull(portal, {}), Deal)[:3]
    ends = [deals[0].id, "999999999", deals[2].id]
    tasks = [CreateTask("Call", "Please", f"Bad {place}", NOON, deal_id=id_) for place, id_ in enumerate(ends)]
    good, bad, other = await portal.apply_many([Send(one, one.tag) for one in tasks])
    assert isinstance(good, Receipt)
    assert isinstance(other, Receipt)
    assert isinstance(bad, Conflict)
    assert "could not be put on deal 999999999" in bad.message
    assert await portal.find(tasks[1], since=NOON) is None


async def test_a_merged_company_is_buried_and_its_old_id_leads_on(portal: HubSpot) -> None:
    first = await pull(portal, {})
    kept, swallowed = records(first, Company)[-2:]
    merge = MergeCompanies(kept.id, swallowed.id)
    assert await portal.find(merge, since=NOON) is None
    merged = await portal.apply(merge, request_id="r")
    again = await portal.apply(merge, request_id="r")
    assert (again.remote_id, again.found) == (merged.remote_id, True)
    stamped = await portal.apply(StampCompany(swallowed.id, "77"), request_id="r")
    assert stamped.remote_id == merged.remote_id
    watched = {"hubspot.companies": [swallowed.id]}
    pages = await pull(portal, {page.stream: page.cursor for page in first}, watched=watched)
    gone = [row for page in pages for row in page.records if row.kind == "companies" and row.deleted]
    assert (swallowed.id, merged.remote_id) in {(row.id, row.payload.rpartition(":")[2].strip('"}')) for row in gone}


async def test_several_stamps_with_one_bad_value(portal: HubSpot) -> None:
    deals = records(await pull(portal, {}), Deal)[:7]
    bad = 3
    sends = [
        Send(StampDeal(deal.id, (("qbc_total", "many" if place == bad else f"{place}.50"),)), f"bad-{place}")
        for place, deal in enumerate(deals)
    ]
    outcomes = await portal.apply_many(sends)
    assert [isinstance(one, Receipt) for one in outcomes] == [place != bad for place in range(7)]
    assert isinstance(outcomes[bad], NeedsPerson)
    for send, outcome in zip(sends, outcomes, strict=True):
        assert (await portal.find(send.operation, since=NOON) is not None) is isinstance(outcome, Receipt)
