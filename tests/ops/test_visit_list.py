"""The visit list: what presses first, done ones last."""

from sqlalchemy import select

from app.models.household import Member
from app.models.store import Store
from app.ops import months, sheets
from app.ops.visit_list import by_urgency, reason
from tests.ops.village import ME, OCTOBER, TODAY, add_family, answer_all, open_october

MEAT = ("FD-02", "")


def test_what_presses_comes_first_and_done_ones_stand_at_the_end(store: Store) -> None:
    quiet, ill, warned, done = (add_family(store, str(n)) for n in range(1, 5))
    with store.write("test.ill", ME) as session:
        session.scalars(
            select(Member).filter_by(household_id=ill, number=1)
        ).one().health = "serious_illness"
    open_october(store)
    sheets.submit_sheet(store, ME, answer_all(store, done), TODAY)
    sheet_id = answer_all(store, warned, {("WT-01", ""): "short"})
    sheets.submit_sheet(store, ME, sheet_id, TODAY)
    sheets.save_answers(store, ME, sheet_id, {("BF-03", ""): "not_met"}, TODAY)
    found = by_urgency(months.due_households(store, OCTOBER, TODAY))
    assert [one.household_id for one in found] == [warned, ill, quiet, done]
    reasons = [reason(one, TODAY) for one in found]
    assert reasons[0].startswith("红色预警未销")
    assert reasons[1:3] == ["必访：大病重病或慢病负担重", ""]


def test_an_answer_to_watch_raises_nothing_and_puts_the_household_on_the_list(store: Store) -> None:
    watched, quiet = add_family(store, "1"), add_family(store, "2")
    open_october(store)
    sheets.submit_sheet(store, ME, answer_all(store, watched, {MEAT: "monthly"}), TODAY)
    found = {d.household_id: d for d in months.due_households(store, OCTOBER, TODAY)}
    assert found[watched].watched == ("肉蛋奶：每月有几次",)
    assert reason(found[watched], TODAY) == "关注：肉蛋奶：每月有几次"
    assert (found[watched].severities, found[quiet].watched) == ({}, ())
