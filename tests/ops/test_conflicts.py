"""What two laptops did differently: one side counts, everybody can see it, a person decides."""

import functools
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select

from app.domain.ownership import Actor
from app.models.conflict import ContestedError
from app.models.errors import OwnershipError
from app.models.form import Answer
from app.models.household import Household, Member
from app.models.income import IncomeEntry
from app.models.step import steps_of
from app.models.store import Store
from app.ops import conflicts, income, sheets, warnings
from app.ops.conflict_decisions import Choice
from app.ops.exchange_lines import ConflictLine
from app.ops.warnings import StepInput
from app.sync.errors import ChoiceError, UnknownConflictError
from tests.conftest import VILLAGE, Kept, StoreMaker, keep
from tests.ops.network import ME, Network, build, content, enrol
from tests.ops.village import OCTOBER, TODAY, add_family, answer_all, open_october


@dataclass
class Two:
    """Two laptops of a village with the same family, and their township."""

    network: Network
    a: Store
    b: Store
    household: str

    @property
    def all(self) -> tuple[Store, Store, Store]:
        return self.a, self.b, self.network.township

    def meet(self) -> None:
        """Carry packages until all three have everything."""
        town = self.network.township
        for sender, receiver in ((self.a, town), (self.b, town), (town, self.a), (town, self.b)):
            self.network.send(sender, receiver)

    def one(self) -> ConflictLine:
        """Return the one conflict, which all three see alike."""
        found = [conflicts.list_conflicts(store) for store in self.all]
        assert found[0] == found[1] == found[2]
        (line,) = found[0]
        return line

    def decide(self, line: ConflictLine, choice: Choice) -> None:
        conflicts.resolve_conflict(self.b, ME, line.conflict_id, choice)
        self.meet()
        for store in self.all:
            assert conflicts.list_conflicts(store) == []
        assert content(self.a) == content(self.b)

    def edit(self, store: Store, change: Callable[[list[Member]], None]) -> None:
        with store.write("test.edit", ME, "核实") as session:
            change(list(session.scalars(select(Member).order_by(Member.number))))


@functools.cache
def met() -> tuple[str, tuple[Kept, ...]]:
    """Return the family's id; the county, the township and the two laptops after they have met."""
    with tempfile.TemporaryDirectory() as name:
        make, folder = StoreMaker(Path(name)), Path(name)
        network = build(make, folder / "stick")
        laptop = make("village", VILLAGE, "上坝村")
        enrol(network.township, laptop, folder)
        household = add_family(network.village)
        Two(network, network.village, laptop, household).meet()
        stores = (network.county, network.township, network.village, laptop)
        return household, tuple(map(keep, stores))


@pytest.fixture
def two(new_store: StoreMaker, tmp_path: Path) -> Two:
    household, kept = met()
    county, township, village, laptop = map(new_store.again, kept)
    (tmp_path / "stick").mkdir()
    network = Network(tmp_path / "stick", county, township, village)
    return Two(network, village, laptop, household)


def phone(store: Store, household: str, number: str | None = None) -> str | None:
    if number is not None:
        with store.write("test.phone", ME, "核实") as session:
            session.get_one(Household, household).phone = number
    with store.read() as session:
        return session.get_one(Household, household).phone


def test_a_field_is_shown_with_sides_base_who_and_when_and_takes_no_other_edit(two: Two) -> None:
    phone(two.a, two.household, "1")
    phone(two.b, two.household, "2")
    two.meet()
    line = two.one()
    assert (line.kind, line.label, line.household_no, line.blocks) == (
        "unit",
        "联系电话",
        "2",
        True,
    )
    assert {side.text for side in line.sides} == {"1", "2"}
    assert {*(v for s in line.sides for v in s.base.values())} == {"18700000475"}
    assert {(s.actor, s.at[:10], s.level) for s in line.sides} == {
        ("张卫东", "2025-10-20", "village")
    }
    for store in two.all:
        assert phone(store, two.household) == line.sides[0].text
        with pytest.raises(ContestedError) as caught:
            phone(store, two.household, "3")
        assert line.conflict_id in caught.value.user_text()
        with store.write("test.note", ME, "核实") as session:
            session.get_one(Household, two.household).note = "别的照改"
    two.decide(line, Choice(line.sides[0].side))
    assert phone(two.a, two.household) == line.sides[0].text  # the value that stays has a line


@pytest.mark.parametrize("value", ["5", ""])
def test_another_value_decides_as_well(two: Two, value: str) -> None:
    phone(two.a, two.household, "1")
    phone(two.b, two.household, "2")
    two.meet()
    two.decide(two.one(), Choice(value=value))
    assert phone(two.a, two.household) == (value or None)


def test_differing_concurrent_decisions_conflict_again_and_equal_ones_do_not(two: Two) -> None:
    phone(two.a, two.household, "1")
    phone(two.b, two.household, "2")
    two.meet()
    line = two.one()
    conflicts.resolve_conflict(two.a, ME, line.conflict_id, Choice("1"))
    conflicts.resolve_conflict(two.b, ME, line.conflict_id, Choice("2"))
    two.meet()
    again = two.one()
    assert {side.text for side in again.sides} == {"1", "2"}
    for store in (two.a, two.b):
        conflicts.resolve_conflict(store, ME, again.conflict_id, Choice(value="9"))
    two.meet()
    assert conflicts.list_conflicts(two.network.township) == []
    assert phone(two.b, two.household) == "9"


def test_a_decision_is_refused_to_whom_the_unit_does_not_belong(two: Two) -> None:
    phone(two.a, two.household, "1")
    phone(two.b, two.household, "2")
    two.meet()
    line = two.one()
    before = content(two.a)
    with pytest.raises(OwnershipError):
        conflicts.resolve_conflict(two.a, Actor("来访", "readonly"), line.conflict_id, Choice("1"))
    with pytest.raises(ChoiceError):
        conflicts.resolve_conflict(two.a, ME, line.conflict_id, Choice("3"))
    with pytest.raises(UnknownConflictError):
        conflicts.resolve_conflict(two.a, ME, "none", Choice("1"))
    assert content(two.a) == before
    assert two.one() == line


def test_a_sheet_is_one_question_and_its_month_does_not_close(two: Two) -> None:
    open_october(two.a)
    two.meet()
    answer_all(two.a, two.household, {("WT-01", ""): "short"})
    sheet_id = answer_all(two.b, two.household, {("WT-01", ""): "enough"})
    two.meet()
    line = two.one()
    assert (line.table, line.row_id, line.field) == ("sheet", sheet_id, "")
    with two.a.read() as session:
        (text,) = conflicts.blocking_month(session, VILLAGE, OCTOBER)
        assert "2号户" in text
        assert conflicts.blocking_month(session, VILLAGE, OCTOBER.next()) == []
    with pytest.raises(ContestedError):
        sheets.save_answers(two.a, ME, sheet_id, {("WT-01", ""): "_unknown"}, TODAY)
    loser = line.sides[1]
    conflicts.resolve_conflict(two.a, ME, line.conflict_id, Choice(loser.side))
    two.meet()
    assert conflicts.list_conflicts(two.network.township) == []
    assert content(two.a)["answer"] == content(two.b)["answer"]
    with two.b.read() as session:
        query = select(Answer.value).filter_by(sheet_id=sheet_id, question="WT-01")
        value = session.scalars(query).one()
        assert conflicts.blocking_month(session, VILLAGE, OCTOBER) == []
    assert any(v == value for k, v in loser.values.items() if k.endswith("/value"))


def test_the_income_worksheet_is_part_of_its_sheet(two: Two) -> None:
    open_october(two.a)
    sheet_id = answer_all(two.a, two.household)
    two.meet()
    income.save_lines(two.a, ME, sheet_id, {("crops", ""): Decimal(100)}, TODAY)
    income.save_lines(two.b, ME, sheet_id, {("trade", ""): Decimal(70)}, TODAY)
    two.meet()
    line = two.one()
    assert (line.table, line.field) == ("sheet", "")
    assert {"种植：100元" in side.text for side in line.sides} == {True, False}
    with pytest.raises(ContestedError):
        income.save_lines(two.a, ME, sheet_id, {("crops", ""): Decimal(5)}, TODAY)
    chosen = line.sides[1]
    two.decide(line, Choice(chosen.side))
    with two.a.read() as session:
        query = select(IncomeEntry.source).where(IncomeEntry.amount.is_not(None))
        kept = set(session.scalars(query.filter_by(sheet_id=sheet_id)))
    assert kept & {"crops", "trade"} == {"crops" if "种植：100元" in chosen.text else "trade"}


def test_a_decision_that_moves_nobody_decides_as_well(two: Two) -> None:
    split(two.a, two.household, (4,), "2-1")
    split(two.b, two.household, (4,), "2-2")
    two.meet()
    line = two.one()
    assert "赵明月在2-" in line.sides[0].text
    two.decide(line, Choice("1"))


def test_a_removal_that_is_asked_about_blocks_no_edit_and_can_be_kept(two: Two) -> None:
    with two.a.write("test.end", ME) as session:
        home = session.get_one(Household, two.household)
        home.removed_on, home.removed_reason = TODAY, "迁出"
    phone(two.b, two.household, "7")
    two.meet()
    line = two.one()
    assert (line.kind, line.blocks) == ("removal", False)
    phone(two.b, two.household, "8")
    keep = next(side for side in line.sides if None in side.values.values())
    two.decide(line, Choice(keep.side))
    with two.a.read() as session:
        assert session.get_one(Household, two.household).removed_on is None


def test_a_removal_decided_by_an_ordinary_edit_is_not_open_any_more(two: Two) -> None:
    with two.a.write("test.end", ME) as session:
        session.get_one(Household, two.household).removed_on = TODAY
    phone(two.b, two.household, "7")
    two.meet()
    with two.b.write("test.end", ME) as session:
        session.get_one(Household, two.household).removed_on = TODAY
    assert conflicts.list_conflicts(two.b) == []
    two.meet()
    assert conflicts.list_conflicts(two.a) == []


def split(store: Store, household: str, numbers: tuple[int, ...], new: str) -> None:
    """Move members out to a new household, the first of them as its head."""
    with store.write("test.split", ME, "分户") as session:
        home = Household(scope=VILLAGE, household_no=new, household_kind="lifted")
        session.add(home)
        session.flush()
        members = session.scalars(select(Member).filter_by(household_id=household)).all()
        going = [m for m in members if m.number in numbers]
        for at, member in enumerate(sorted(going, key=lambda m: m.number)):
            member.household_id = home.id
            member.relation = "其他" if at else "户主"


def homes(store: Store) -> dict[str, str]:
    """Return name → number of the household that each present member is in."""
    with store.read() as session:
        query = select(Member.name, Household.household_no).join(
            Household, Household.id == Member.household_id
        )
        return {row[0]: row[1] for row in session.execute(query)}


def test_two_different_splits_are_one_question_of_the_household(two: Two) -> None:
    split(two.a, two.household, (3, 4), "2-1")
    split(two.b, two.household, (4,), "2-2")
    two.meet()
    line = two.one()
    assert (line.kind, line.table, line.household_no) == ("composition", "household", "2")
    seen = [homes(store) for store in two.all]
    assert seen[0] == seen[1] == seen[2]
    assert seen[0]["赵明月"] != "2"  # one side whole
    assert (seen[0]["赵明远"] == "2") == (seen[0]["赵明月"] == "2-2")
    with pytest.raises(ContestedError):
        two.edit(two.a, lambda members: setattr(members[1], "relation", "户主"))
    loser = line.sides[1]
    wants_one = sum("household_id" in key and bool(v) for key, v in loser.values.items()) == 1
    two.decide(line, Choice(loser.side))
    found = homes(two.a)
    assert found["赵明月"] == ("2-2" if wants_one else "2-1")
    assert found["赵明远"] == ("2" if wants_one else "2-1")
    with two.a.read() as session:
        ended = session.scalars(
            select(Household.household_no).where(Household.removed_on.is_not(None))
        ).all()
    assert ended == ["2-1" if wants_one else "2-2"]


def test_a_split_and_a_change_of_head_conflict_and_a_birth_does_not(two: Two) -> None:
    split(two.a, two.household, (3,), "2-1")
    with two.b.write("test.birth", ME) as session:
        session.add(
            Member(
                scope=VILLAGE, household_id=two.household, number=5, name="小宝", relation="之子"
            )
        )
    two.meet()
    assert conflicts.list_conflicts(two.a) == []

    def head(members: list[Member]) -> None:
        members[1].relation, members[0].relation = "户主", "配偶"

    split(two.a, two.household, (4,), "2-2")
    two.edit(two.b, head)
    two.meet()
    assert two.one().kind == "composition"


def test_the_same_split_on_both_laptops_is_one(two: Two) -> None:
    def go(members: list[Member]) -> None:
        members[2].relation = "户主"

    two.edit(two.a, go)
    two.edit(two.b, go)
    two.meet()
    found = conflicts.list_conflicts(two.a)
    assert [line.kind for line in found] == ["heads"]  # two heads, but no two sides


def test_two_heads_are_a_question_of_the_household(two: Two) -> None:
    two.edit(two.a, lambda members: setattr(members[1], "relation", "户主"))
    line = conflicts.list_conflicts(two.a)[0]
    assert (line.kind, line.household_no) == ("heads", "2")
    conflicts.resolve_conflict(two.a, ME, line.conflict_id, Choice("2"))
    assert conflicts.list_conflicts(two.a) == []


def add_person(store: Store, household: str, name: str, **more: str) -> str:
    with store.write("test.add", ME) as session:
        row = Member(
            scope=VILLAGE, household_id=household, number=9, name=name, relation="之女",
            id_no="539901202001019999", **more,
        )  # fmt: skip
        session.add(row)
        session.flush()
        return row.id


def test_the_same_person_added_twice_is_offered_for_joining_and_read_as_one(two: Two) -> None:
    first = add_person(two.a, two.household, "赵小丫", phone="1")
    second = add_person(two.b, two.household, "赵小丫", phone="2")
    two.meet()
    line = two.one()
    assert (line.kind, line.blocks) == ("person", False)
    chosen = next(side for side in line.sides if side.values.keys() == {f"member/{second}"})
    two.decide(line, Choice(chosen.side))
    kept, other = sorted([first, second])
    for store in two.all:
        with store.read() as session:
            row = session.get_one(Member, kept)
            assert (row.phone, row.member_status) == ("2", "present")
            assert session.get_one(Member, other).member_status == "joined"
    with two.a.write("test.phone", ME) as session:
        session.get_one(Member, kept).phone = "3"
    two.meet()
    with two.b.read() as session:
        assert session.get_one(Member, kept).phone == "3"
        assert session.get_one(Member, other).member_status == "joined"


def test_a_person_added_several_times_on_both_laptops_is_one_in_the_end(two: Two) -> None:
    for store in (two.a, two.b):
        for name in ("赵小丫", "赵小丫", "赵小花"):
            add_person(store, two.household, name)
    two.meet()
    while found := conflicts.list_conflicts(two.b):
        conflicts.resolve_conflict(two.b, ME, found[0].conflict_id, Choice("1"))
    two.meet()
    assert conflicts.list_conflicts(two.a) == []
    assert content(two.a) == content(two.b)
    with two.a.read() as session:
        present = select(Member.name).filter_by(number=9, member_status="present")
        assert len(session.scalars(present).all()) == 1


def test_two_persons_with_a_mistyped_number_can_be_kept_apart(two: Two) -> None:
    add_person(two.a, two.household, "赵小丫")
    add_person(two.b, two.household, "赵小花")
    two.meet()
    two.decide(two.one(), Choice(value="different"))
    assert {"赵小丫", "赵小花"} <= homes(two.a).keys()


def warned(two: Two) -> str:
    open_october(two.a)
    sheet_id = answer_all(two.a, two.household, {("WT-01", ""): "short"})
    (warning_id,) = sheets.submit_sheet(two.a, ME, sheet_id, TODAY).opened
    two.meet()
    return warning_id


def test_different_steps_after_the_same_one_are_a_question_and_the_same_twice_is_one(
    two: Two,
) -> None:
    warning_id = warned(two)
    for store in (two.a, two.b):
        warnings.act(store, ME, warning_id, "confirm", StepInput("属实", TODAY))
    two.meet()
    assert conflicts.list_conflicts(two.a) == []
    town = two.network.township
    warnings.act(town, ME, warning_id, "return", StepInput("请补拍", TODAY))
    other = next(
        a
        for a in warnings.show_warning(two.b, warning_id, TODAY).actions
        if a.name not in ("return", "confirm")
    )
    needs = {name: "核实" for name in other.needs if name != "note"}
    warnings.act(two.b, ME, warning_id, other.name, StepInput("核实后误报", TODAY, needs))
    two.meet()
    line = two.one()
    assert (line.kind, line.blocks) == ("steps", True)
    assert [side.level for side in line.sides] == ["township", "village"]
    assert warnings.show_warning(two.a, warning_id, TODAY).line.state == "returned"
    with pytest.raises(ContestedError):
        action = warnings.show_warning(two.a, warning_id, TODAY).actions[0].name
        warnings.act(two.a, ME, warning_id, action, StepInput("x", TODAY))
    two.decide(line, Choice("2"))
    with two.a.read() as session:
        steps = steps_of(session, "warning", [warning_id])[warning_id]
    assert [step.action for step in steps][-1] == other.name
