"""Several writes at once: one outcome each, and no two at a time on one record."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from qbconsole.domain.errors import Problem, Retriable, SignIn
from qbconsole.domain.operations import (
    ApplyCredit,
    CreateCustomer,
    CreateDocument,
    CreateNote,
    CreateTask,
    DeactivateCustomer,
    DeleteDocument,
    MergeCompanies,
    Operation,
    Receipt,
    SendDocument,
    StampCompany,
    StampDeal,
    TagCustomer,
    UpdateCustomer,
    UpdateDocument,
    VoidDocument,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from qbconsole.connectors.base import Send

Outcome = Receipt | Problem


async def in_waves(
    sends: Sequence[Send], send: Callable[[Sequence[Send]], Awaitable[Sequence[Outcome]]]
) -> list[Outcome]:
    """The outcome of each write, in their order.

    Writes on one record follow each other, in waves; after one failed, the later ones on its record are not sent.

    Args:
        sends: the writes.
        send: does some of them, no two on one record; one outcome each, none raised.

    Raises:
        SignIn: the credentials were refused for every one, so that nothing can have happened.
    """
    outcomes: dict[int, Outcome] = {}
    failed: set[tuple[str, str]] = set()
    waiting = list(enumerate(sends))
    while waiting:
        wave: dict[tuple[str, str], int] = {}
        later: list[tuple[int, Send]] = []
        for index, one in waiting:
            record = target(one.operation)
            if record in failed:
                outcomes[index] = Retriable("An earlier change of the same record has to come first.")
            elif record in wave:
                later.append((index, one))
            else:
                wave[record] = index
        if wave:
            done = await send([sends[index] for index in wave.values()])
            for (record, index), outcome in zip(wave.items(), done, strict=True):
                outcomes[index] = outcome
                if not isinstance(outcome, Receipt):
                    failed.add(record)
        waiting = later
    return _settled([outcomes[index] for index in range(len(sends))])


async def at_once(calls: Sequence[Awaitable[Receipt]]) -> list[Outcome]:
    """The outcomes of independent writes that run side by side, as far as the gate lets them."""
    return list(await asyncio.gather(*(_outcome(call) for call in calls)))


def about(problem: Problem, subject: str) -> Problem:
    """The same problem for one of several records."""
    one = type(problem).__new__(type(problem), *problem.args)
    one.__dict__.update(problem.__dict__)
    one.message = f"{subject}: {problem.message}"
    return one


def target(operation: Operation) -> tuple[str, str]:
    """The record that an operation changes (of a create, what marks it): kind and id."""
    match operation:
        case CreateCustomer():
            return "customer name", operation.name
        case UpdateCustomer() | TagCustomer() | DeactivateCustomer():
            return "customer", operation.customer_id
        case CreateDocument():
            return ("document", operation.reverses) if operation.reverses else ("note", operation.private_note)
        case VoidDocument() | DeleteDocument() | UpdateDocument() | SendDocument():
            return "document", operation.document_id
        case ApplyCredit():
            return "document", operation.invoice_id
        case StampDeal():
            return "deal", operation.deal_id
        case StampCompany():
            return "company", operation.company_id
        case CreateTask() | CreateNote():
            return operation.kind, operation.tag
        case MergeCompanies():
            return "company", operation.company_id


async def _outcome(call: Awaitable[Receipt]) -> Outcome:
    try:
        return await call
    except Problem as problem:
        return problem


def _settled(outcomes: list[Outcome]) -> list[Outcome]:
    """A refused sign-in is raised only if it is all that happened: else what was done would be lost with it."""
    refused = [outcome for outcome in outcomes if isinstance(outcome, SignIn)]
    if refused and len(refused) == len(outcomes):
        raise refused[0]
    return [
        Retriable(outcome.words, next_step=outcome.next_step, code=outcome.code)
        if isinstance(outcome, SignIn)
        else outcome
        for outcome in outcomes
    ]
