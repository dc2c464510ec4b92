"""Random walks over every table: no end without what it needs, and nothing gets stuck."""

from collections.abc import Iterator
from random import Random

import pytest

from app.domain.case import IMPORT_UNDONE, UNDO_IMPORT
from app.domain.lifecycle import EVERY, LEVELS, PROGRAM, Lifecycle, Standing
from app.domain.lifecycles import BY_SUBJECT
from tests.domain.test_lifecycle import FakeStep

_MEETING = ({"publicise", "end-publicity"}, {"skip-publicity"})
_REMOVAL = ({"removal-deliberate", "removal-publicise"}, {"removal-skip-publicity"})
# subject → state that ends it → the sets of (action, level) of which one must have been taken
WAYS: dict[str, dict[str, tuple[frozenset[str], ...]]] = {
    "warning": {
        "closed": (frozenset({"start", "done", "request-close", "close"}), frozenset({"settle"})),
        "cancelled": (
            frozenset({"withdraw"}), frozenset({"cancel"}),
            frozenset({"propose-cancel", "confirm-cancel"}),
        ),
        "false_alarm": (frozenset({"false-alarm"}), frozenset({"return", "accept-return"})),
    },
    "period": {"closed": (frozenset({"open", "check", "close"}),)},
    "measure": {
        "done": (frozenset({"start", "finish"}),), "terminated": (frozenset({"terminate"}),),
    },
    "monitored_case": {
        "monitoring": tuple(
            frozenset({"accept", "verify", "pass", "approve", "enter", *how}) for how in _MEETING
        ),
        "risk_removed": tuple(
            frozenset({"enter", "request-removal", "removal-pass", "removal-approve", *how})
            for how in _REMOVAL
        ),
        "cleared_out": (frozenset({"propose-clear-out", "pass-clear-out", "clear-out"}),),
        "extinct": (frozenset({"extinguish"}),),
        "not_included": (frozenset({"exclude"}),),
        IMPORT_UNDONE: (frozenset({UNDO_IMPORT}),),
    },
    "natural_change": {
        "done": (frozenset({"submit", "decide"}), frozenset({"decide"})),
        "cancelled": (frozenset({"withdraw"}),),
    },
    "review_campaign": {"ended": (frozenset({"start", "finish"}),)},
    "issue": {"settled": (frozenset({"start", "submit", "settle"}),)},
    "data_doubt": {
        "corrected": (frozenset({"correct"}),), "confirmed_ok": (frozenset({"confirm-ok"}),),
    },
    "negative_check": {
        "proven": (frozenset({"prove"}),), "untrue": (frozenset({"disprove"}),),
        "harmless": (frozenset({"harmless"}),),
    },
}  # fmt: skip
DECIDERS = {  # (subject, action) → the level that alone may have taken it
    ("monitored_case", "pass"): {"township"},
    ("monitored_case", "approve"): {"county"},
    ("monitored_case", "removal-approve"): {"county"},
    ("monitored_case", "roll-back-pass"): {"township"},
    ("monitored_case", "roll-back-approve"): {"county"},
    ("monitored_case", "clear-out"): {"county"},
    ("warning", "pass"): {"township"},
    ("warning", "determine"): {"county"},
    ("issue", "settle"): {"township", "county"},
    ("period", "approve-correction"): {"township"},
}
WALKS, LENGTH = 40, 80
AWAY = frozenset({  # actions that lead away from the long ways, which a walk must go too
    "extinguish", "exclude", "cancel", "withdraw", "return", "removal-return", "terminate",
    UNDO_IMPORT, "settle", "false-alarm", "confirm-cancel", "reopen", "re-identify", "mark-typed",
})  # fmt: skip
SELDOM = 0.04


def kinds_of(life: Lifecycle) -> tuple[str, ...]:
    return life.kinds or tuple({kind for row in life.transitions for kind in row.to})


def walks(life: Lifecycle) -> Iterator[tuple[str, Standing]]:
    """Yield (kind, standing after every step) of walks that mostly follow the table."""
    actions = sorted({row.action for row in life.transitions})
    levels = [*LEVELS, PROGRAM]
    for seed in range(WALKS):
        rng = Random(seed)  # noqa: S311  a walk, no secret
        kind = rng.choice(kinds_of(life))
        steps: list[FakeStep] = []
        standing = life.standing(steps, kind)
        for number in range(LENGTH):
            level, action = rng.choice(levels), rng.choice(actions)
            offered = [
                (row, one) for one in levels for row in life.buttons(standing, one)
                if rng.random() < (SELDOM if row.action in AWAY else 1)
            ]  # fmt: skip
            if offered and rng.random() < 0.8:
                row, level = rng.choice(offered)
                action = row.action
            follows = steps[-1].id if steps else ""
            turn = rng.choice(life.kinds) if life.kinds else ""
            steps.append(FakeStep(str(number), follows, action, level, turn))
            standing = life.standing(steps, kind)
            yield kind, standing


@pytest.mark.parametrize("subject", sorted(BY_SUBJECT))
def test_no_walk_ends_without_every_step_of_one_of_its_ways(subject: str) -> None:
    life, ways = BY_SUBJECT[subject], WAYS[subject]
    reached = set()
    for kind, standing in walks(life):
        reached.add(standing.state)
        taken = {row.action for _, row in standing.taken}
        allowed = ways.get(standing.state)
        if allowed is not None:
            assert any(way <= taken for way in allowed), (standing.state, taken)
        if subject == "natural_change" and standing.state == "done":
            assert ("submit" in taken) is (kind != "head_change")
        for step, row in standing.taken:
            levels = DECIDERS.get((subject, row.action))
            assert levels is None or step.level in levels
    assert reached >= set(ways)  # else the walks prove nothing


@pytest.mark.parametrize("subject", sorted(BY_SUBJECT))
def test_no_walk_leaves_the_table_or_gets_stuck(subject: str) -> None:
    life = BY_SUBJECT[subject]
    states = {life.initial} | {source for row in life.transitions for source in row.sources}
    for _, standing in walks(life):
        assert standing.state in states | life.ended
        if standing.state not in life.ended:
            assert any(life.buttons(standing, level) for level in (*LEVELS, PROGRAM))


def test_every_life_has_its_ways_and_every_end_of_a_table_is_among_them() -> None:
    assert set(WAYS) == set(BY_SUBJECT)
    for subject, life in BY_SUBJECT.items():
        assert life.ended - {EVERY} <= set(WAYS[subject])


def test_a_second_roll_back_needs_the_township_again() -> None:
    life = BY_SUBJECT["monitored_case"]
    once = [("roll-back", "village"), ("roll-back-pass", "township"),
            ("roll-back-return", "county"), ("roll-back", "village")]  # fmt: skip
    steps = [
        FakeStep(str(i), str(i - 1) if i else "", action, level)
        for i, (action, level) in enumerate(once)
    ]
    standing = life.standing(steps, start="risk_removed")
    assert standing.state == "rollback_pending"
    assert "roll-back-approve" not in {row.action for row in life.buttons(standing, "county")}
    assert "roll-back-pass" in {row.action for row in life.buttons(standing, "township")}
