"""Natural changes: reported by the village, decided by the township, then in the roster."""

import contextlib
from datetime import date, timedelta
from random import Random

import pytest
from sqlalchemy import select

from app.domain import natural_change as domain
from app.domain.period import Period
from app.errors import AppError
from app.models.household import Household, Member
from app.models.store import Store
from app.ops import change_effects, changes, measure_rows, measures, sheets, warnings
from app.ops.changes import NewChange
from app.ops.errors import (
    ChangeRefusedError,
    MissingStepDataError,
    StepDataError,
    StepNotAllowedError,
)
from app.ops.items import Item
from app.ops.lives import StepInput
from app.ops.measures import NewMeasure
from app.ops.warnings import ManualWarning
from tests.ops.levels import acting_as
from tests.ops.village import ME, TODAY, add_family, answer_all, open_october

OCTOBER = Period(2025, 10)
EARLIER = date(2025, 10, 10)


def people(store: Store, home: str) -> dict[str, Member]:
    with store.read() as session:
        found = session.scalars(select(Member).filter_by(household_id=home))
        return {member.name: member for member in found}


def household(store: Store, home: str) -> Household:
    with store.read() as session:
        return session.get_one(Household, home)


def report(store: Store, home: str, kind: str, **more: object) -> Item:
    values = {"effective_on": EARLIER, "proof": "户口页"} | more
    own = {k: values.pop(k) for k in ("reason", "effective_on", "proof", "member_id")
           if k in values}  # fmt: skip
    new = NewChange(home, kind, details=values, **own)  # type: ignore[arg-type]
    return changes.open_change(store, ME, new, TODAY)[0]


def act(store: Store, level: str, change_id: str, action: str, **values: str) -> Item:
    with acting_as(store, level):
        given = StepInput(values.pop("note", ""), TODAY, values)
        return changes.act_change(store, ME, change_id, action, given, TODAY)[0]


def through(store: Store, made: Item) -> Item:
    act(store, "village", made.item_id, "submit")
    return act(store, "township", made.item_id, "decide")


@pytest.fixture
def home(store: Store) -> str:
    return add_family(store)


def test_a_birth_is_in_the_roster_only_when_decided(store: Store, home: str) -> None:
    made = report(store, home, "increase", reason="birth", name="赵小宝", relation="之子",
                  sex="male", birth_date="2025-10-10")  # fmt: skip
    assert made.due_on == TODAY + timedelta(days=15)
    act(store, "village", made.item_id, "submit")
    assert "赵小宝" not in people(store, home)
    done = act(store, "township", made.item_id, "decide")
    child = people(store, home)["赵小宝"]
    assert (done.state, child.number, child.joined_on) == ("done", 5, EARLIER)
    assert [s.level for s in done.history] == ["village", "township"]


def test_what_is_missing_may_come_with_the_report_and_is_named_until_then(
    store: Store, home: str
) -> None:
    made = report(store, home, "increase", reason="marry_in", effective_on=None, proof="")
    with pytest.raises(MissingStepDataError) as caught:
        act(store, "village", made.item_id, "submit")
    assert "变更日期" in caught.value.user_text()
    with pytest.raises(ChangeRefusedError) as refused:
        act(store, "village", made.item_id, "submit", effective_on="2025-10-10", proof="结婚证")
    assert "姓名" in refused.value.user_text()
    act(store, "village", made.item_id, "submit", effective_on="2025-10-10", proof="结婚证",
        name="王秀英", relation="儿媳", sex="女")  # fmt: skip
    act(store, "township", made.item_id, "decide")
    assert people(store, home)["王秀英"].sex == "female"


def test_a_death_ends_the_persons_warnings_and_asks_about_measures(store: Store, home: str) -> None:
    boy = people(store, home)["赵明远"].id
    open_october(store)
    sheet_id = answer_all(store, home, {("ED-01", boy): "dropout"})
    sheets.submit_sheet(store, ME, sheet_id, TODAY)
    done = through(store, report(store, home, "decrease", reason="death", member_id=boy))
    assert done.state == "done"
    assert (people(store, home)["赵明远"].member_status) == "dead"
    states = {w.code: w.state for w in warnings.list_warnings(store, TODAY, only_open=False)}
    assert states["ED-01"] == "cancelled"


def test_the_death_of_the_head_waits_for_a_new_head(store: Store, home: str) -> None:
    family = people(store, home)
    death = report(store, home, "decrease", reason="death", member_id=family["赵德福"].id)
    with pytest.raises(ChangeRefusedError, match="E422") as caught:
        act(store, "village", death.item_id, "submit")
    assert "请先办户主变更" in caught.value.user_text()
    relations = {family["赵明远"].id: "之子", family["赵明月"].id: "之女"}
    new_head = report(store, home, "head_change", reason="death",
                      head_id=family["李秀兰"].id, relations=relations)  # fmt: skip
    act(store, "village", new_head.item_id, "decide")
    assert people(store, home)["李秀兰"].relation == "户主"
    assert through(store, changes.show_change(store, death.item_id, TODAY, ME)).state == "done"
    assert people(store, home)["赵德福"].member_status == "dead"


def test_relations_to_a_new_head_are_all_asked_again(store: Store, home: str) -> None:
    family = people(store, home)
    some = {family["赵明远"].id: "之子"}
    made = report(store, home, "head_change", reason="old_age", head_id=family["李秀兰"].id,
                  relations=some)  # fmt: skip
    with pytest.raises(ChangeRefusedError) as caught:
        act(store, "village", made.item_id, "decide")
    assert "还有2人没写" in caught.value.user_text()
    child = report(store, home, "head_change", reason="other", head_id=family["赵明远"].id)
    with pytest.raises(ChangeRefusedError) as caught:
        act(store, "village", child.item_id, "decide")
    assert "16岁" in caught.value.user_text()


def test_a_split_keeps_everybody_and_marks_both_households(store: Store, home: str) -> None:
    family = people(store, home)
    going = [family["李秀兰"].id, family["赵明月"].id]
    made = report(store, home, "household_split", head_id=going[0], member_ids=",".join(going),
                  relations={going[1]: "之女"})  # fmt: skip
    through(store, made)
    with store.read() as session:
        homes = list(session.scalars(select(Household).order_by(Household.household_no)))
        everybody = list(session.scalars(select(Member)))
    assert [(h.household_no, h.flags) for h in homes] == [
        ("2", "split_recent"), ("2-1", "split_recent"),
    ]  # fmt: skip
    assert len(everybody) == 4
    assert {m.name for m in everybody if m.household_id == homes[1].id} == {"李秀兰", "赵明月"}
    assert people(store, homes[1].id)["李秀兰"].relation == "户主"


def test_the_mark_of_a_split_ends_after_a_year(store: Store, home: str) -> None:
    family = people(store, home)
    going = [family["李秀兰"].id, family["赵明月"].id]
    through(store, report(store, home, "household_split", head_id=going[0],
            member_ids=",".join(going), relations={going[1]: "之女"}))  # fmt: skip
    for day, flags in (date(2026, 10, 9), {"split_recent"}), (date(2026, 10, 10), {""}):
        with store.write("test.expire", ME) as session:
            change_effects.expire_split_flags(session, day)
        with store.read() as session:
            assert set(session.scalars(select(Household.flags))) == flags


@pytest.mark.parametrize(
    ("who", "reason"),
    [((), "没有选"), (("赵德福",), "户主不能分出去"),
     (("赵德福", "李秀兰", "赵明远", "赵明月"), "全家")],
)  # fmt: skip
def test_a_split_that_cannot_be_is_refused(
    store: Store, home: str, who: tuple[str, ...], reason: str
) -> None:
    family = people(store, home)
    going = ",".join(family[name].id for name in who)
    made = report(store, home, "household_split", member_ids=going)
    with pytest.raises(ChangeRefusedError) as caught:
        act(store, "village", made.item_id, "submit")
    assert reason in caught.value.user_text()


def test_households_merge_into_the_one_that_keeps_its_number(store: Store, home: str) -> None:
    other = add_family(store, "3")
    family = people(store, other)
    relations = {member.id: "亲属" for member in family.values()}
    made = report(store, other, "household_merge", target_household_id=home, relations=relations)
    through(store, made)
    with store.read() as session:
        left = session.get_one(Household, other)
        there = list(session.scalars(select(Member.number).filter_by(household_id=home)))
    assert left.removed_on == EARLIER
    assert sorted(there) == list(range(1, 9))


def test_the_last_one_gone_leaves_a_task_and_then_the_household_is_no_more(
    store: Store, home: str
) -> None:
    family = people(store, home)
    open_october(store)
    sheet_id = answer_all(store, home, {("WT-01", ""): "short"})
    sheets.submit_sheet(store, ME, sheet_id, TODAY)
    early = report(store, home, "household_extinct")
    with pytest.raises(ChangeRefusedError):
        act(store, "village", early.item_id, "submit")
    relations = {family[n].id: "亲属" for n in ("赵德福", "赵明远", "赵明月")}
    head = report(store, home, "head_change", reason="old_age", head_id=family["李秀兰"].id,
                  relations=relations)  # fmt: skip
    act(store, "village", head.item_id, "decide")
    for name in ("赵德福", "赵明远", "赵明月", "李秀兰"):
        through(
            store, report(store, home, "decrease", reason="move_out", member_id=family[name].id)
        )
    (task,) = [
        c for c in changes.list_changes(store, TODAY, ME)
        if c.fields["change_kind"] == "household_extinct" and c.item_id != early.item_id
    ]  # fmt: skip
    through(store, task)
    assert household(store, home).removed_reason == "整户消亡"
    assert warnings.list_warnings(store, TODAY) == []


def test_entries_of_ev_03_make_one_change_each_and_withdraw_when_taken_back(
    store: Store, home: str
) -> None:
    boy = people(store, home)["赵明远"].id

    def told(*items: str) -> tuple[str, ...]:
        with store.write("test.submit", ME) as session:
            return changes.changes_from_answers(
                session, household_id=home, period=OCTOBER, items=items, actor=ME, today=TODAY
            )

    made = told(f"enlist:{boy}", "birth", "birth")
    assert len(made) == 3
    assert told(f"enlist:{boy}", "birth", "birth") == ()
    assert told("birth") == ()
    states = [c.state for c in changes.list_changes(store, TODAY, ME, only_open=False)]
    assert sorted(states) == ["cancelled", "cancelled", "open"]


def test_only_the_township_decides_and_a_returned_one_comes_again(store: Store, home: str) -> None:
    boy = people(store, home)["赵明远"].id
    made = report(store, home, "decrease", reason="enlist", member_id=boy)
    act(store, "village", made.item_id, "submit")
    with pytest.raises(StepNotAllowedError):
        act(store, "village", made.item_id, "decide")
    act(store, "township", made.item_id, "return", note="缺入伍通知书")
    act(store, "village", made.item_id, "resubmit", note="已补")
    assert act(store, "township", made.item_id, "decide").state == "done"
    with pytest.raises(AppError):
        act(store, "village", made.item_id, "withdraw", note="报错")


def test_a_date_in_the_future_is_refused(store: Store, home: str) -> None:
    boy = people(store, home)["赵明远"].id
    made = report(store, home, "decrease", reason="enlist", member_id=boy,
                  effective_on=date(2025, 12, 1))  # fmt: skip
    with pytest.raises(ChangeRefusedError, match="E422"):
        act(store, "village", made.item_id, "submit")


def _decided(store: Store) -> set[str]:
    done = changes.list_changes(store, TODAY, ME, only_open=False)
    return {c.fields["change_kind"] for c in done if c.state == "done"}


def test_the_end_of_a_household_is_on_the_last_leaving_whoever_is_reported_last(
    store: Store, home: str
) -> None:
    with store.write("test.two", ME) as session:
        for member in session.scalars(select(Member).filter_by(household_id=home)):
            if member.name in ("赵明远", "赵明月"):
                member.member_status = "moved_out"
            if member.name == "李秀兰":
                member.member_status, member.left_on = "dead", EARLIER + timedelta(days=3)
    head = people(store, home)["赵德福"].id
    through(store, report(store, home, "decrease", reason="death", member_id=head))
    (task,) = changes.list_changes(store, TODAY, ME)
    assert task.fields["effective_on"] == str(EARLIER + timedelta(days=3))
    assert through(store, task).state == "done"


def test_a_reason_that_there_is_not_is_refused_at_once(store: Store, home: str) -> None:
    for kind in ("decrease", "head_change", "increase"):
        with pytest.raises(ChangeRefusedError) as caught:
            report(store, home, kind, reason="乱写")
        assert "没有这种原因" in caught.value.user_text()


@pytest.mark.parametrize(
    ("kind", "more", "reason"),
    [
        ("decrease", {"reason": "death", "effective_on": date(1980, 1, 1)}, "出生日期"),
        (
            "increase",
            {"reason": "birth", "name": "赵小宝", "relation": "之子", "sex": "male",
             "birth_date": "2025-10-12"},
            "出生日期",
        ),
    ],
)  # fmt: skip
def test_nothing_happens_before_what_it_depends_on(
    store: Store, home: str, kind: str, more: dict[str, object], reason: str
) -> None:
    member_id = people(store, home)["李秀兰"].id if kind == "decrease" else ""
    made = report(store, home, kind, member_id=member_id, **more)
    with pytest.raises(ChangeRefusedError) as caught:
        act(store, "village", made.item_id, "submit")
    assert f"变更日期早于{reason}" in caught.value.user_text()


def test_who_comes_back_left_before(store: Store, home: str) -> None:
    wife = people(store, home)["李秀兰"].id
    through(store, report(store, home, "decrease", reason="imprisoned", member_id=wife))
    before = EARLIER - timedelta(days=1)
    made = report(store, home, "increase", reason="released", member_id=wife, effective_on=before)
    with pytest.raises(ChangeRefusedError) as caught:
        act(store, "village", made.item_id, "submit")
    assert "变更日期早于离开的日期（2025-10-10）" in caught.value.user_text()


def test_relations_that_cannot_be_read_are_refused(store: Store, home: str) -> None:
    made = report(store, home, "head_change", reason="old_age",
                  head_id=people(store, home)["李秀兰"].id)  # fmt: skip
    with pytest.raises(StepDataError) as caught:
        act(store, "village", made.item_id, "decide", relations="配偶")
    assert caught.value.where.column == "relations"


@pytest.mark.parametrize("seed", range(3))
def test_no_walk_of_changes_ever_loses_a_person_or_a_household(
    store: Store, home: str, seed: int
) -> None:
    rng = Random(seed)  # noqa: S311  a walk, no secret
    for each in (home, add_family(store, "3")):
        leak = ManualWarning(each, "", "yellow", "漏雨", "屋顶漏雨了")
        warnings.open_warning(store, ME, leak, TODAY)
        mending = NewMeasure(each, "housing", "修房", "李会计", cause="housing")
        measures.plan_measure(store, ME, mending, TODAY)
    everybody = _members(store)
    # The walk picks by ids, which differ in each run: it goes on until both kinds were decided.
    for turn in range(200):
        with contextlib.suppress(AppError):
            _random_change(store, rng)
        if turn >= 30 and _decided(store) >= {"increase", "decrease"}:
            break
    assert _decided(store) >= {"increase", "decrease"}
    after = _members(store)
    with store.read() as session:
        homes = {h.id: h for h in session.scalars(select(Household))}
    assert set(everybody) <= set(after)
    for member in after.values():
        if member.member_status == "present":
            assert homes[member.household_id].removed_on is None
    for home_id, living in homes.items():
        inside = [m for m in after.values() if m.household_id == home_id]
        heads = [m for m in inside if m.relation == "户主" and m.member_status == "present"]
        assert len(heads) <= 1
        numbers = [m.number for m in inside]
        assert len(set(numbers)) == len(numbers)
        if living.removed_reason == "整户消亡":
            assert all(m.member_status != "present" for m in inside)
        if living.removed_on is not None:
            _nothing_hangs_on(store, living)


def _nothing_hangs_on(store: Store, ended: Household) -> None:
    """Its measures are asked about where all have died; else they are where the people are."""
    with store.read() as session:
        assert warnings.open_states(session, {ended.id}) == []
        kept = measure_rows.load(session, [ended.id])
        assert not kept or ended.removed_reason == "整户消亡"


def _members(store: Store) -> dict[str, Member]:
    with store.read() as session:
        return {m.id: m for m in session.scalars(select(Member))}


def _random_change(store: Store, rng: Random) -> None:
    with store.read() as session:
        homes = list(session.scalars(select(Household.id).order_by(Household.id)))
    home = rng.choice(homes)
    inside = sorted(m.id for m in _members(store).values() if m.household_id == home)
    who = rng.choice(inside) if inside else ""
    kind = rng.choice(domain.KINDS)
    reason = rng.choice([*domain.INCREASE_REASONS, *domain.DECREASE_STATUS, *domain.HEAD_REASONS])
    made = report(
        store, home, kind, reason=reason, member_id=who, name="王小明", relation="亲属",
        sex="male", head_id=who, relations={i: "亲属" for i in inside if i != who},
        member_ids=",".join({who, rng.choice(inside) if inside else ""} - {""}),
        target_household_id=rng.choice(homes),
    )  # fmt: skip
    try:
        if kind == domain.HEAD_CHANGE:
            act(store, "village", made.item_id, "decide")
        else:
            through(store, made)
    except AppError:  # what waits would stand in the way of a merge
        act(store, "village", made.item_id, "withdraw", note="不办了")
        raise
