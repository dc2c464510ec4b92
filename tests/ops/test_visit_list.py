"""The visit list: what presses first, done ones last."""

from sqlalchemy import select

from app.models.household import Member
from app.models.store import Store
from app.ops import sheets
from app.ops.visit_list import visit_list
from tests.ops.village import ME, OCTOBER, TODAY, add_family, answer_all, open_october


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
    found = visit_list(store, OCTOBER, TODAY)
    assert [item.due.household_id for item in found] == [warned, ill, quiet, done]
    assert found[0].reason.startswith("红色预警未销")
    assert found[1].reason == "必访：大病重病或慢病负担重"
    assert found[2].reason == ""
