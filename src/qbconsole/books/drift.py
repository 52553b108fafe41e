"""Drift: what the book's rules use of the CRM is no longer as it was when they last fitted. Pure.

A rule hangs on stages and properties. Each run compares those with the CRM's; what was renamed, removed, retyped or
changed pauses the rules that hang on it, and no others, until it is back, the rule is rewritten or somebody accepts.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from qbconsole.domain.records import FieldDefinition, Stage  # noqa: TC001 - read when a stored snapshot is rebuilt
from qbconsole.domain.stamps import STAMPS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from qbconsole.books.rules import Rules
    from qbconsole.books.settings import Settings
    from qbconsole.domain.records import Deal

TRIGGER, STAMP, CUSTOM = "trigger", "stamps", "custom"
"""The rules that hang on the CRM: when a deal is billed, what is written back, which properties are read besides."""
WON = "won"
MOST_CANDIDATES = 3
ALIKE = 0.6
"""How alike two names must be, from 0 to 1, for one to be proposed instead of the other."""
MENDS = {
    TRIGGER: "put it back in the CRM, name another stage in rules.toml under [trigger], or: qbconsole drift --accept",
    STAMP: "put it back in the CRM, or: qbconsole drift --accept",
    CUSTOM: "put it back in the CRM, or name another one in book.toml under [crm] custom_properties",
}
"""By rule, what ends its pause."""


@dataclass(frozen=True, slots=True)
class Use:
    """What one rule uses: a stage by id or label (or every won one), or a property as `deals.name`.

    Of a property the type and the options that we write, where we do.
    """

    rule: str
    name: str
    property: bool = False
    type: str = ""
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """How the CRM was: all stages of its pipelines, and the definitions of the properties."""

    stages: tuple[Stage, ...] = ()
    definitions: tuple[FieldDefinition, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that drifted: the rule that it pauses, what it is about, what happened, and what may replace it.

    `stages` are the ids of the stages whose deals the pause is for.
    """

    rule: str
    subject: str
    words: str
    candidates: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()

    @property
    def mend(self) -> str:
        """What ends the pause."""
        return MENDS[self.rule]

    @property
    def sentence(self) -> str:
        """What happened, with the candidates."""
        return f"{self.words}; perhaps {' or '.join(self.candidates)} now" if self.candidates else self.words


def uses(rules: Rules, settings: Settings) -> tuple[Use, ...]:
    """What the book's rules and settings use of its CRM."""
    return (
        *(Use(TRIGGER, stage) for stage in rules.trigger.stages),
        *(
            Use(STAMP, f"{kind}.{one.name}", property=True, type=one.type, options=one.options)
            for kind, stamps in STAMPS.items()
            for one in stamps
        ),
        *(Use(CUSTOM, name, property=True) for name in settings.crm.custom_properties),
    )


def drift(used: Sequence[Use], before: Snapshot, now: Snapshot, deals: Sequence[Deal]) -> tuple[Finding, ...]:
    """What drifted.

    Args:
        used: what the rules use.
        before: the CRM when the rules last fitted it.
        now: the CRM as it is.
        deals: those that stand in the stages that are gone, or came from there.
    """
    found: list[Finding] = []
    for use in used:
        found += _property(use, before, now) if use.property else _stages(use, before, now, deals)
    return tuple(dict.fromkeys(found))


# --- stages -----------------------------------------------------------------------------------------------------------


def meant(use: Use, stage: Stage) -> bool:
    """Whether a rule's word means a stage."""
    if use.name.casefold() == WON:
        return stage.won
    return use.name.casefold() in (stage.id.casefold(), stage.label.casefold())


def _stages(use: Use, before: Snapshot, now: Snapshot, deals: Sequence[Deal]) -> Iterator[Finding]:
    known, live = {stage.id: stage for stage in before.stages}, {stage.id: stage for stage in now.stages}
    was = [stage for stage in before.stages if meant(use, stage)]
    for old in was:
        if words := _what_happened(use, old, live.get(old.id), deals):
            candidates = () if old.id in live else _stage_candidates(old, before, now, deals)
            yield Finding(use.rule, f"stage {_named(old)}", words, candidates, (old.id,))
    for stage in now.stages:
        if meant(use, stage) and stage.id in known and not meant(use, known[stage.id]):
            what = "now counts as won" if use.name.casefold() == WON else f"is now what the rules call {use.name!r}"
            yield Finding(use.rule, f"stage {_named(stage)}", f"the stage {_named(stage)} {what}", (), (stage.id,))
    if use.name.casefold() != WON and not was and not any(meant(use, stage) for stage in now.stages):
        close = get_close_matches(use.name, [stage.label for stage in now.stages], MOST_CANDIDATES, ALIKE)
        words = f"the rules name the stage {use.name!r}, which the CRM has not"
        yield Finding(use.rule, f"stage {use.name}", words, tuple(dict.fromkeys(close)))


def _what_happened(use: Use, old: Stage, new: Stage | None, deals: Sequence[Deal]) -> str:
    """What happened to a stage that a rule means; empty if nothing that matters to it."""
    name = f"the stage {_named(old)}"
    if new is None:
        left = sum(deal.stage_id == old.id for deal in deals)
        return f"{name} is gone with {left} deals still in it" if left else f"{name} was emptied and removed"
    if old.won != new.won:
        return f"{name} {'now counts' if new.won else 'no longer counts'} as won"
    if old.closed != new.closed:
        return f"{name} {'now counts' if new.closed else 'no longer counts'} as closed"
    return f"{name} is now called {new.label!r}" if not meant(use, new) else ""


def _stage_candidates(old: Stage, before: Snapshot, now: Snapshot, deals: Sequence[Deal]) -> tuple[str, ...]:
    """Where most of its deals went, then a new stage of the same pipeline, then one with such a name."""
    live, known = {stage.id: stage for stage in now.stages}, {stage.id for stage in before.stages}
    went = Counter(deal.stage_id for deal in deals if came_from(deal, (old.id,)))
    found = [live[id_] for id_, _ in went.most_common(1) if id_ in live]
    found += [stage for stage in now.stages if stage.id not in known and stage.pipeline_id == old.pipeline_id]
    close = get_close_matches(old.label, [stage.label for stage in now.stages], MOST_CANDIDATES, ALIKE)
    found += [stage for label in close for stage in now.stages if stage.label == label]
    return tuple(dict.fromkeys(_named(stage) for stage in found))[:MOST_CANDIDATES]


def came_from(deal: Deal, stages: Sequence[str]) -> bool:
    """Whether a deal came straight from one of those stages to where it stands."""
    return len(deal.visits) > 1 and deal.visits[-2].stage_id in stages and deal.stage_id not in stages


def _named(stage: Stage) -> str:
    return f"{stage.label} ({stage.pipeline_label})"


# --- properties -------------------------------------------------------------------------------------------------------


def _property(use: Use, before: Snapshot, now: Snapshot) -> Iterator[Finding]:
    old = next((one for one in before.definitions if one.id == use.name), None)
    new = next((one for one in now.definitions if one.id == use.name), None)
    if new is None:
        if old is None and use.rule == STAMP:
            return  # ours are made on first use
        words = f"is gone from the CRM: {old.label}" if old else "is not in the CRM"
        yield _about(use, words, _property_candidates(use, old, now))
        return
    wanted = use.type or (old.type if old else new.type)
    if new.type != wanted:
        yield _about(use, f"is of type {new.type} now, not {wanted}")
    if lost := [value for value in use.options if value not in dict(new.options)]:
        yield _about(use, f"no longer takes {', '.join(lost)}")
    if use.rule == STAMP and new.read_only:
        yield _about(use, "cannot be written any more")


def _about(use: Use, words: str, candidates: tuple[str, ...] = ()) -> Finding:
    return Finding(use.rule, f"property {use.name}", f"the property {use.name} {words}", candidates)


def _property_candidates(use: Use, old: FieldDefinition | None, now: Snapshot) -> tuple[str, ...]:
    """Those of the same kind of record with the same label; then those of the same type with such a name."""
    kind, _, name = use.name.partition(".")
    ours = {stamp.name for stamp in STAMPS.get(kind, ())}
    others = [one for one in now.definitions if one.object == kind and one.name not in ours]
    label = old.label.casefold() if old else ""
    found = [one.name for one in others if label and one.label.casefold() == label]
    same = [one.name for one in others if not one.read_only and (old is None or one.type == old.type)]
    found += get_close_matches(name, same, MOST_CANDIDATES, ALIKE)
    return tuple(dict.fromkeys(found))[:MOST_CANDIDATES]
