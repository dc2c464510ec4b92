"""The engine of the life cycles, and what holds of every table."""

from collections import deque
from dataclasses import dataclass
from random import Random

import pytest

from app.domain.case import CASE
from app.domain.lifecycle import EVERY, LEVELS, PROGRAM, STAY, Lifecycle, in_order
from app.domain.lifecycles import LIFECYCLES
from app.domain.measure import MEASURE
from app.domain.warning import CLOSE_LEVEL, REVIEW_LEVEL, WARNING, life_of

WAYS_TO_CLOSE = {"start", "done", "request-close", "close"}


@dataclass(frozen=True)
class FakeStep:
    """A step as stored."""

    id: str
    follows: str
    action: str
    level: str
    kind: str = ""


def walk(*steps: tuple[str, ...]) -> list[FakeStep]:
    ids = [str(i) for i in range(len(steps))]
    return [
        FakeStep(i, before, *step) for i, before, step in zip(ids, ["", *ids], steps, strict=False)
    ]


def plain(code: str = "WT-01", *, is_manual: bool = False) -> Lifecycle:
    return life_of(REVIEW_LEVEL, CLOSE_LEVEL, code, is_manual)


@pytest.mark.parametrize("life", LIFECYCLES, ids=lambda life: life.subject)
def test_every_state_of_a_table_can_be_reached_and_has_a_way_on(life: Lifecycle) -> None:
    kinds = life.kinds or tuple({kind for row in life.transitions for kind in row.to} | {EVERY})
    starts = {life.initial, "new", "monitoring", "risk_removed"} & {
        source for row in life.transitions for source in row.sources
    }
    seen, todo = set(starts), deque(starts)
    while todo:
        state = todo.popleft()
        for row in life.transitions:
            if state in row.sources:
                targets = {row.target(kind) for kind in kinds} - {None, STAY}
                todo += targets - seen  # type: ignore[arg-type]
                seen |= targets  # type: ignore[arg-type]
    sources = {source for row in life.transitions for source in row.sources}
    assert sources <= seen
    assert seen - sources <= life.ended | {"closed"}


@pytest.mark.parametrize("life", LIFECYCLES, ids=lambda life: life.subject)
def test_rows_name_known_levels_and_what_they_come_after(life: Lifecycle) -> None:
    actions = {row.action for row in life.transitions}
    for row in life.transitions:
        assert row.levels <= {*LEVELS, PROGRAM}
        assert not row.after or row.after in actions
        assert row.to


@pytest.mark.parametrize("seed", range(50))
def test_no_walk_of_any_steps_closes_a_warning_without_remedy_request_and_check(
    seed: int,
) -> None:
    rng = Random(seed)  # noqa: S311  a walk, no secret
    life = plain()
    actions = sorted({row.action for row in WARNING.transitions})
    levels = [*LEVELS, PROGRAM]
    steps = walk(
        *((rng.choice(actions), rng.choice(levels), rng.choice(life.kinds)) for _ in range(300))
    )
    for severity in life.kinds:
        standing = life.standing(steps, severity)
        if standing.state == "closed":
            assert {row.action for _, row in standing.taken} >= WAYS_TO_CLOSE


def test_only_what_may_settle_is_closed_by_settling() -> None:
    steps = walk(("settle", PROGRAM))
    assert plain("R-07").state_of(steps, "red") == "closed"
    assert plain("WT-01").state_of(steps, "red") == "suggested"


def test_a_manual_warning_begins_with_its_opening_and_others_never_do() -> None:
    steps = walk(("open", "village"))
    assert plain(is_manual=True).state_of(steps, "orange") == "pending_township"
    assert plain().state_of(steps, "orange") == "suggested"


def test_levels_come_from_the_policy() -> None:
    strict = life_of(dict.fromkeys(REVIEW_LEVEL, "county"), CLOSE_LEVEL, "WT-01", False)
    steps = walk(("confirm", "village"), ("pass", "township"))
    assert strict.state_of(steps, "yellow") == "pending_county"
    assert plain().state_of(steps, "yellow") == "determined"


@pytest.mark.parametrize(
    ("kind", "action", "level", "after"),
    [
        ("orange", "raise", "program", "orange"),
        ("red", "raise", "program", "red"),
        ("blue", "raise", "program", "yellow"),  # a raise that lowers is void
        ("nonsense", "raise", "program", "yellow"),
        ("orange", "lower", "township", "yellow"),
        ("blue", "lower", "village", "yellow"),  # not the village's
    ],
)
def test_a_turn_goes_only_its_own_way(kind: str, action: str, level: str, after: str) -> None:
    steps = walk(("confirm", "village"), (action, level, kind))
    assert plain().standing(steps, "yellow").kind == after


def test_a_raise_does_not_undo_what_was_decided_before_it() -> None:
    steps = walk(("confirm", "village"), ("pass", "township"), ("raise", "program", "red"))
    standing = plain().standing(steps, "yellow")
    assert (standing.state, standing.kind) == ("determined", "red")


def test_a_step_that_needs_another_before_it_is_void_without() -> None:
    alone = walk(("confirm", "village"), ("confirm-cancel", "township"))
    assert plain().state_of(alone, "red") == "pending_township"
    both = walk(("confirm", "village"), ("propose-cancel", "program"),
                ("confirm-cancel", "township"))  # fmt: skip
    assert plain().state_of(both, "red") == "cancelled"


def test_the_program_of_a_village_may_not_cancel_settle_or_extinguish() -> None:
    assert not {"cancel", "settle", "confirm-cancel"} & WARNING.actions_of("village")
    assert "extinguish" not in CASE.actions_of("village")
    assert "withdraw" not in WARNING.actions_of("county")


def test_nothing_ends_a_measure_but_its_own_steps() -> None:
    ends = {row.action for row in MEASURE.transitions if "terminated" in row.to.values()}
    assert ends == {"terminate"}
    assert MEASURE.state_of(walk(("terminate", "village"))) == "planned"  # 村→镇: two steps
    others = {row.action for life in LIFECYCLES if life is not MEASURE for row in life.transitions}
    assert "terminate" not in others


def test_a_roster_case_remembers_where_it_began() -> None:
    steps = walk(("roll-back", "village", "risk_removed"), ("roll-back-pass", "township"),
                 ("roll-back-approve", "county"))  # fmt: skip
    assert CASE.state_of(steps, start="risk_removed") == "monitoring"
    assert [s.action for s in in_order(steps)] == [s.action for s in steps]
