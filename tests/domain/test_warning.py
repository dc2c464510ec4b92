"""The life of a warning: the table, where steps lead, and what a submission does."""

import itertools
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.household import Finding
from app.domain.lifecycle import Standing, in_order
from app.domain.warning import WARNING, Known, reconcile


@dataclass(frozen=True)
class FakeStep:
    """A step as stored."""

    id: str
    follows: str
    action: str
    level: str
    kind: str = ""


def walk(*steps: tuple[str, str]) -> list[FakeStep]:
    ids = [str(i) for i in range(len(steps))]
    before = ["", *ids]
    pairs = zip(ids, before, steps, strict=False)
    return [FakeStep(i, f, action, level) for i, f, (action, level) in pairs]


@pytest.mark.parametrize(
    ("severity", "steps", "state"),
    [
        ("red", [], "suggested"),
        ("orange", [("confirm", "village")], "pending_township"),
        ("blue", [("confirm", "village")], "determined"),
        ("yellow", [("confirm", "village"), ("pass", "township")], "determined"),
        ("red", [("confirm", "village"), ("pass", "township")], "pending_county"),
        ("red", [("confirm", "village"), ("return", "township")], "returned"),
        (
            "red",
            [("confirm", "village"), ("return", "township"), ("resubmit", "village")],
            "pending_township",
        ),
        ("yellow", [("false-alarm", "village"), ("reinstate", "township")], "suggested"),
        ("yellow", [("withdraw", "program")], "cancelled"),
        ("orange", [("pass", "township")], "suggested"),  # out of order: leads nowhere
        ("orange", [("confirm", "township")], "suggested"),  # not the township's step
        (  # A13: a department or the township says that it is done
            "yellow",
            [
                ("confirm", "village"),
                ("pass", "township"),
                ("start", "village"),
                ("done", "village"),
            ],
            "remedying",
        ),
        (
            "yellow",
            [
                ("confirm", "village"),
                ("pass", "township"),
                ("start", "village"),
                ("done", "township"),
                ("request-close", "village"),
            ],
            "closing_requested",
        ),
        (  # A17b: what was kept is not cancelled without a new proposal
            "red",
            [
                ("confirm", "village"),
                ("propose-cancel", "program"),
                ("keep", "township"),
                ("confirm-cancel", "township"),
            ],
            "pending_township",
        ),
    ],
)
def test_steps_lead_where_the_table_says(
    severity: str, steps: list[tuple[str, str]], state: str
) -> None:
    assert WARNING.state_of(walk(*steps), severity) == state


def test_the_buttons_of_each_level_come_from_the_table() -> None:
    def names(state: str, severity: str, level: str) -> list[str]:
        return [t.action for t in WARNING.buttons(Standing(state, severity), level)]

    assert names("suggested", "red", "village") == ["confirm", "false-alarm", "urgent"]
    assert names("suggested", "red", "township") == []
    assert names("pending_township", "red", "township")[:2] == ["pass", "return"]
    assert names("returned", "red", "village") == ["resubmit", "accept-return"]
    assert "withdraw" not in names("suggested", "red", "village")  # only the program's


def test_actions_are_unique_with_their_from_state() -> None:
    found = [
        (t.action, source, level, kind)
        for t in WARNING.transitions
        for source in t.sources
        for level in t.levels
        for kind in t.to or ("",)
    ]
    assert len(set(found)) == len(found)


@given(st.permutations(walk(("confirm", "village"), ("return", "township"))))
def test_the_order_of_arrival_does_not_matter(steps: list[FakeStep]) -> None:
    assert [s.action for s in in_order(steps)] == ["confirm", "return"]


def test_concurrent_steps_end_alike_and_a_person_beats_the_program() -> None:
    confirm = FakeStep("b", "", "confirm", "village")
    withdraw = FakeStep("a", "", "withdraw", "program")
    for steps in itertools.permutations((confirm, withdraw)):
        assert in_order(steps)[0] is confirm


def finding(code: str = "ED-01", severity: str = "red", member: str = "m") -> Finding:
    return Finding(code, member, severity, "辍学")


def known(state: str, severity: str = "orange", period: str = "2025-10") -> Known:
    return Known("w", "ED-01", "m", severity, state, period)


def test_a_new_finding_opens_and_an_open_one_is_not_opened_twice() -> None:
    assert reconcile([finding()], [], "2025-10").opened == (finding(),)
    result = reconcile([finding(severity="orange")], [known("pending_township")], "2025-11")
    assert (result.opened, result.raised) == ((), ())


def test_a_graver_finding_raises_the_open_one_and_a_milder_one_never_lowers_it() -> None:
    assert reconcile([finding()], [known("suggested")], "2025-10").raised == (("w", finding()),)
    milder = reconcile([finding(severity="yellow")], [known("suggested")], "2025-10")
    assert (milder.opened, milder.raised, milder.withdrawn) == ((), (), ())


@pytest.mark.parametrize(
    ("state", "period", "withdrawn"),
    [
        ("suggested", "2025-10", ("w",)),
        ("suggested", "2025-09", ()),  # last month's: a person decides
        ("pending_township", "2025-10", ()),
        ("closed", "2025-10", ()),
    ],
)
def test_a_corrected_answer_withdraws_only_what_nobody_confirmed(
    state: str, period: str, withdrawn: tuple[str, ...]
) -> None:
    assert reconcile([], [known(state, period=period)], "2025-10").withdrawn == withdrawn


def test_after_striking_off_the_same_finding_opens_a_new_one() -> None:
    assert reconcile([finding()], [known("closed")], "2025-10").opened == (finding(),)


def test_a_false_alarm_stays_dismissed_in_its_month_and_returns_next_month() -> None:
    dismissed = known("false_alarm")
    assert reconcile([finding()], [dismissed], "2025-10").opened == ()
    assert reconcile([finding()], [dismissed], "2025-11").opened == (finding(),)
