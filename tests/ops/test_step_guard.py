"""Who may take which step: the guard that every operation asks, against the tables, all of it."""

from dataclasses import dataclass
from itertools import product

import pytest

from app.domain.lifecycle import LEVELS, Lifecycle, Standing
from app.domain.lifecycles import LIFECYCLES
from app.domain.ownership import Actor
from app.models.step import Step
from app.models.store import Store
from app.ops import changes, measures, monitored, month_close, registers, warnings
from app.ops.changes import NewChange
from app.ops.errors import StepNotAllowedError, StepRoleError
from app.ops.lives import DATA_LABELS, Living, StepInput, Who, actions, check
from app.ops.measures import NewMeasure
from app.ops.monitored import NewClue
from app.ops.registers import NewCampaign, NewFinding, NewIssue
from app.ops.warnings import ManualWarning
from tests.ops.levels import acting_as
from tests.ops.network import journal
from tests.ops.village import ME, OCTOBER, TODAY, add_family, open_october

ROLES = ("entry", "leader", "reviewer", "readonly", "administrator")
WRITERS = {  # 归属 of steps (processes.md g): who writes at a level at all
    "village": {"entry", "leader", "administrator"},
    "township": {"reviewer", "administrator"},
    "county": {"reviewer", "administrator"},
}
NOT_AN_ENTRY_CLERKS = {"review_campaign", "issue"}


@dataclass(frozen=True)
class Row:
    """A thing without a day on which it began."""

    id: str = "thing"
    scope: str = ""
    household_id: str = ""


def standings(life: Lifecycle) -> list[Standing]:
    """Return every state with every kind, each also after the steps that others must come after."""
    states = sorted({state for row in life.transitions for state in row.sources} | life.ended)
    kinds = life.kinds or tuple(sorted({kind for row in life.transitions for kind in row.to}))
    before = sorted({row.after for row in life.transitions if row.after})
    rows = {row.action: row for row in life.transitions}
    found = []
    for state, kind in product(states, kinds):
        found.append(Standing(state, kind))
        found += [Standing(state, kind, ((step(name), rows[name]),)) for name in before]
    return found


def step(action: str) -> Step:
    return Step(id=action, action=action, step_on=TODAY, level="village", actor="x", values="")


def expected(life: Lifecycle, here: Standing, level: str, role: str) -> set[str]:
    """Return what the table lets this person do, worked out from its rows alone."""
    if role not in WRITERS[level]:
        return set()
    if life.subject in NOT_AN_ENTRY_CLERKS and role == "entry":
        return set()
    taken = {row.action for _, row in here.taken}
    return {
        row.action
        for row in life.transitions
        if here.state in row.sources and level in row.levels
        and ("" in row.to or here.kind in row.to) and (not row.after or row.after in taken)
    }  # fmt: skip


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("life", LIFECYCLES, ids=lambda life: life.subject)
def test_a_step_is_allowed_to_exactly_whom_the_table_says(
    life: Lifecycle, level: str, role: str
) -> None:
    who = Who(Actor("某人", role), level)
    names = sorted({row.action for row in life.transitions})
    for here in standings(life):
        thing = Living(Row(), [], life, here)
        allowed = expected(life, here, level, role)
        assert {action.name for action in actions(thing, who)} == allowed
        assert {name for name in names if may(thing, name, who)} == allowed


def may(thing: Living, action: str, who: Who) -> bool:
    try:
        check(thing, action, who, StepInput("说明", TODAY, needed(thing, action, who)), TODAY)
    except (StepNotAllowedError, StepRoleError):
        return False
    return True


def needed(thing: Living, action: str, who: Who) -> dict[str, str]:
    """Return the data that the row at hand asks for."""
    for row in thing.life.buttons(thing.standing, who.level):
        if row.action == action:
            return {name: "1" for name in row.needs if name != "note"}
    return {}


def test_every_datum_that_a_step_may_bring_has_a_chinese_name() -> None:
    names = {n for life in LIFECYCLES for r in life.transitions for n in (*r.needs, *r.takes)}
    assert names | {n for life in LIFECYCLES for n in life.takes} <= set(DATA_LABELS)
    assert not [word for word in DATA_LABELS.values() if word.isascii()]


@pytest.fixture
def things(store: Store) -> dict[str, str]:
    """Return subject → the id of a thing that has just begun."""
    home = add_family(store)
    open_october(store)
    new_measure = NewMeasure(home, "water", "应急送水", "刘水管", cause="drinking_water")
    by_hand = ManualWarning(home, "", "yellow", "屋后滑坡", "屋后滑坡危险")
    finding = {
        subject: registers.open_finding(store, ME, subject, NewFinding(home, code, "x"), TODAY)
        for subject, code in (("data_doubt", "D-05"), ("negative_check", "N-02"))
    }
    return {
        "warning": warnings.open_warning(store, ME, by_hand, TODAY)[0].line.warning_id,
        "measure": measures.plan_measure(store, ME, new_measure, TODAY)[0].item_id,
        "monitored_case": monitored.register_clue(
            store, ME, NewClue(home, "cadre", "大病", TODAY), TODAY
        )[0].item_id,
        "natural_change": changes.open_change(
            store, ME, NewChange(home, "increase", "birth", TODAY), TODAY
        )[0].item_id,
        "review_campaign": registers.open_campaign(
            store, ME, NewCampaign("look_back", "回头看", TODAY), TODAY
        )[0].item_id,
        "issue": registers.open_issue(store, ME, NewIssue("督导", "缺签字"), TODAY)[0].item_id,
        **{subject: made[0].item_id for subject, made in finding.items()},
    }


def take(store: Store, actor: Actor, subject: str, item_id: str, action: str) -> None:
    given = StepInput("说明", TODAY)
    if subject == "warning":
        warnings.act(store, actor, item_id, action, given, TODAY)
    elif subject == "measure":
        measures.act_measure(store, actor, item_id, action, given, TODAY)
    elif subject == "monitored_case":
        monitored.act_case(store, actor, item_id, action, given, TODAY)
    elif subject == "natural_change":
        changes.act_change(store, actor, item_id, action, given, TODAY)
    elif subject == "period":
        month_close.act_month(store, actor, OCTOBER, action, given, village="539901101201")
    else:
        registers.act_entry(store, actor, subject, item_id, action, given, TODAY)


@pytest.mark.parametrize("life", LIFECYCLES, ids=lambda life: life.subject)
def test_every_operation_asks_the_guard(
    store: Store, things: dict[str, str], life: Lifecycle
) -> None:
    item_id = things.get(life.subject, "")
    before, refused = journal(store), 0
    for level, role in product(LEVELS, ("readonly", "entry", "leader", "reviewer")):
        if role in WRITERS[level]:
            continue
        for action in sorted({row.action for row in life.transitions}):
            with acting_as(store, level), pytest.raises((StepNotAllowedError, StepRoleError)):
                take(store, Actor("某人", role), life.subject, item_id, action)
            refused += 1
    assert refused >= 8
    assert journal(store) == before
