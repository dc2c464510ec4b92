"""The past: every table as it stood at the end of a day, read by the same operations as today."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.domain.ownership import Actor
from app.models.as_of import Gap, Instant, past_of, without
from app.models.household import Household, Member
from app.models.journal import ChangesetRow
from app.models.plan import Measure
from app.models.step import Step
from app.models.store import Store
from tests.conftest import VILLAGE, make_store

JUNE, JULY, AUGUST = date(2025, 6, 30), date(2025, 7, 15), date(2025, 8, 20)


def at(store: Store, day: date) -> None:
    """Let the store's clock stand at noon of a day."""
    noon = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
    store.clock = lambda: noon


def write(store: Store, actor: Actor, day: date, **values: object) -> None:
    """Change the household on a day."""
    at(store, day)
    with store.write("test.change", actor) as session:
        home = session.scalars(select(Household)).one()
        for name, value in values.items():
            setattr(home, name, value)


@pytest.fixture
def home(store: Store, actor: Actor) -> str:
    """Store a household of June with a member and a measure, changed in July and August."""
    at(store, JUNE)
    with store.write("test.add", actor) as session:
        home = Household(
            scope=VILLAGE, household_no="1", household_kind="ordinary", farmland_mu=Decimal("6.50")
        )
        session.add(home)
        session.flush()
        session.add(
            Member(
                scope=VILLAGE,
                household_id=home.id,
                number=1,
                name="赵德福",
                relation="户主",
                has_dibao=True,
            )
        )
        session.add(
            Measure(
                scope=VILLAGE,
                household_id=home.id,
                measure_category="industry",
                measure_kind="产业奖补",
                planned_end_on=AUGUST,
                amount=Decimal("800.10"),
            )
        )
    return home.id


def test_a_field_is_what_it_was_then_whatever_its_type(
    store: Store, actor: Actor, home: str
) -> None:
    write(store, actor, JULY, household_kind="lifted", farmland_mu=None, note="七月")
    write(store, actor, AUGUST, household_kind="ordinary", farmland_mu=Decimal(3), note="八月")
    with store.write("test.change", actor) as session:
        member = session.scalars(select(Member)).one()
        member.has_dibao, member.name = False, "赵得福"
        measure = session.scalars(select(Measure)).one()
        measure.planned_end_on, measure.amount = None, Decimal(900)
    with past_of(store, JUNE) as past, past.read() as session:
        then = session.get_one(Household, home)
        assert (then.household_kind, then.farmland_mu, then.note) == (
            "ordinary",
            Decimal("6.50"),
            "",
        )
        member = session.scalars(select(Member).filter_by(household_id=home)).one()
        assert (member.has_dibao, member.name) == (True, "赵德福")
        measure = session.scalars(select(Measure)).one()
        assert (measure.planned_end_on, measure.amount) == (AUGUST, Decimal("800.10"))
    with past_of(store, JULY) as past, past.read() as session:
        then = session.get_one(Household, home)
        assert (then.household_kind, then.farmland_mu, then.note) == ("lifted", None, "七月")


def test_what_was_made_later_is_not_there_yet(store: Store, actor: Actor, home: str) -> None:
    at(store, AUGUST)
    with store.write("test.step", actor) as session:
        session.add(
            Step(
                scope=VILLAGE,
                subject="measure",
                subject_id="m",
                action="start",
                step_on=AUGUST,
                actor="张卫东",
                level="village",
                values='{"a": 1}',
            )
        )
    for day, expected in ((JULY, 0), (AUGUST, 1)):
        with past_of(store, day) as past, past.read() as session:
            assert len(session.scalars(select(Step)).all()) == expected
            assert session.get(Household, home) is not None


def test_before_the_first_entry_there_is_nothing(store: Store, home: str) -> None:
    with past_of(store, date(2025, 6, 29)) as past, past.read() as session:
        assert session.scalars(select(Household)).all() == []


def test_the_past_is_not_written_and_today_is_untouched_by_it(
    store: Store, actor: Actor, home: str
) -> None:
    write(store, actor, JULY, note="七月")
    with past_of(store, JUNE) as past:
        with pytest.raises(TypeError, match="past"), past.write("test", actor):
            pass
        with pytest.raises(TypeError, match="past"), past.absorb():
            pass
    with store.read() as session:
        assert session.get_one(Household, home).note == "七月"


def test_what_lies_in_a_gap_is_left_out_and_what_came_after_it_stays(
    store: Store, actor: Actor, home: str
) -> None:
    write(store, actor, JULY, household_kind="lifted", note="七月")
    write(store, actor, AUGUST, household_kind="ordinary")
    instants = _instants(store)
    july, august = instants[-2:]
    with without(store, [Gap(VILLAGE, instants[-3], august)]) as past, past.read() as session:
        then = session.get_one(Household, home)
        assert (then.household_kind, then.note) == ("ordinary", ""), "July alone is left out"
    with without(store, [Gap(VILLAGE, july)]) as past, past.read() as session:
        then = session.get_one(Household, home)
        assert (then.household_kind, then.note) == ("lifted", "七月")
    with without(store, [Gap("539901101202", instants[0])]) as past, past.read() as session:
        assert session.get_one(Household, home).note == "七月", "another village's gap"
    with without(store, [Gap("", instants[0])], ["member"]) as past, past.read() as session:
        assert session.get_one(Household, home).note == "七月", "only these tables"
    with without(store, []) as same:
        assert same is store


def _instants(store: Store) -> list[Instant]:
    with store.read() as session:
        query = select(ChangesetRow.at, ChangesetRow.id).order_by(ChangesetRow.id)
        return [(at_, number) for at_, number in session.execute(query)]


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 28), st.sampled_from(["", "甲", "乙"])), max_size=12))
def test_random_histories_are_read_back_as_they_were_lived(
    tmp_path_factory: pytest.TempPathFactory, entries: list[tuple[int, str]]
) -> None:
    actor = Actor("张卫东", "administrator")
    store = make_store(tmp_path_factory.mktemp("past"), "village", VILLAGE, "上坝村")
    at(store, date(2025, 1, 1))
    with store.write("test.add", actor) as session:
        session.add(Household(scope=VILLAGE, household_no="1", household_kind="lifted"))
    lived = dict.fromkeys(range(1, 29), "")
    for day, text in sorted(entries, key=lambda entry: entry[0]):
        write(store, actor, date(2025, 1, day), note=text)
        lived |= dict.fromkeys(range(day, 29), text)
    for day, text in lived.items():
        with past_of(store, date(2025, 1, day)) as past, past.read() as session:
            assert session.scalars(select(Household.note)).one() == text
    store.close()
