"""The papers of the life cycles from a real database: each named one, and what it says."""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from app.domain.lifecycles import LIFECYCLES
from app.domain.papers import PAPERS, PERIOD_PAPERS, PLAN_PAPER, PUBLIC
from app.models.household import Member
from app.models.store import Store
from app.ops import changes, papers
from app.ops.changes import NewChange
from app.ops.lives import StepInput
from app.ops.paper_errors import PaperNotReadyError, UnknownPaperError
from app.reports.papers import BUILDERS
from tests.conftest import VILLAGE
from tests.ops import test_warning_life as life
from tests.ops.levels import acting_as
from tests.ops.test_monitored import MEETING, act, clue, entered, on, removed
from tests.ops.village import ME, TODAY, add_family, open_october, printing
from tests.reports.reading import page_texts

WHOLE_NUMBER = re.compile(r"[0-9]{17}[0-9Xx]|1[3-9][0-9]{9}")


@pytest.fixture
def home(store: Store) -> str:
    return add_family(store)


def printed(store: Store, folder: Path, subject: str, item_id: str, today: date) -> dict[str, str]:
    """Print every paper of a thing; return name → text."""
    found = {}
    for offer in papers.papers_for(store, subject, item_id):
        path = folder / f"{offer.name}.pdf"
        made = papers.print_paper(store, offer.name, subject, item_id, printing(path, today))
        assert made.warnings == (), offer.name
        found[offer.name] = "".join(page_texts(path))
    return found


@pytest.mark.parametrize("cycle", LIFECYCLES, ids=lambda cycle: cycle.subject)
def test_every_paper_that_a_table_names_can_be_printed(cycle: object) -> None:
    for row in cycle.transitions:  # type: ignore[attr-defined]
        for name in set(row.prints) - {PLAN_PAPER}:
            assert name in PAPERS[cycle.subject], (row.code, name)  # type: ignore[attr-defined]
            assert name in BUILDERS or name in PERIOD_PAPERS


def test_identification_prints_every_paper_of_its_steps(
    store: Store, home: str, tmp_path: Path
) -> None:
    texts = printed(store, tmp_path, "case", entered(store, home), on(20))
    assert set(texts) >= {
        "线索登记表", "访查任务单", "入户核查表", "承诺授权书", "会议记录", "公示", "公示结果",
        "乡镇审核表", "批复", "公告", "信息采集表",
    }  # fmt: skip
    assert "王芳、刘洋" in texts["访查任务单"]
    assert "2025-03-07" in texts["访查任务单"]  # verify_days after it was given out
    for words in ("户主（或代签人及关系）", "核查人员", "因病、因残", "脱贫不稳定户", "12,750"):
        assert words in texts["入户核查表"]
    assert "张卫东、李会计" in texts["入户核查表"]
    for words in ("同意（票）", "18", "到会人数", "20", "主持人", "记录人", "通过"):
        assert words in texts["会议记录"]
    assert "同意18票，反对1票，弃权1票" in texts["乡镇审核表"]
    assert "情况属实" in texts["乡镇审核表"]
    assert "云农批〔2025〕3号" in texts["批复"]
    assert "公示期内没有收到异议" in texts["公示结果"]
    assert "2025-03-19" in texts["信息采集表"]


def test_no_paper_shows_a_whole_identity_number_or_telephone(
    store: Store, home: str, tmp_path: Path
) -> None:
    texts = printed(store, tmp_path, "case", entered(store, home), on(20))
    for name, text in texts.items():
        assert not WHOLE_NUMBER.search(text), name
    assert "539901********0359" in texts["信息采集表"]


def test_what_hangs_in_public_has_nothing_but_what_may_be_published(
    store: Store, home: str, tmp_path: Path
) -> None:
    with store.write("test.child", ME) as session:
        for member in session.scalars(select(Member).filter_by(household_id=home)):
            member.health = "serious_illness"
            member.disability_kind, member.disability_grade = "physical", 2
    texts = printed(store, tmp_path, "case", entered(store, home), on(20))
    forbidden = ("5399", "187", "大病", "残疾", "因病", "因残", "李秀兰", "赵明远", "赵明月",
                 "12,750", "脱贫不稳定", "住院", "肢体", "有车")  # fmt: skip
    for name in PUBLIC:
        for words in forbidden:
            assert words not in texts[name], (name, words)
        for words in ("赵德福", "4人", "一组", "刚性支出较大"):
            assert words in texts[name]


def test_an_objection_is_told_without_what_was_said(
    store: Store, home: str, tmp_path: Path
) -> None:
    case_id = clue(store, home)
    act(store, "township", case_id, "accept", 1, team="王芳、刘洋")
    act(store, "village", case_id, "verify", 4, team="张卫东、李会计", object_type="脱贫不稳定户",
        causes="因病", negative_conclusion="无", letter_signed_on="2025-03-06")  # fmt: skip
    act(store, "village", case_id, "publicise", 6, **MEETING)
    act(store, "village", case_id, "end-publicity", 11, objections="李四说有车",
        objections_settled="车已报废")  # fmt: skip
    path = tmp_path / "公示结果.pdf"
    papers.print_paper(store, "公示结果", "case", case_id, printing(path, on(11)))
    (text,) = page_texts(path)
    assert "已经核实处理" in text
    assert "车" not in text
    assert "李四" not in text


def test_removal_and_roll_back_print_their_papers_with_every_condition_marked(
    store: Store, home: str, tmp_path: Path
) -> None:
    case_id = entered(store, home)
    path = tmp_path / "评估.pdf"  # to be filled in
    papers.print_paper(
        store, "风险消除评估表", "case", case_id, printing(path, on(60))
    )  # to be filled in
    text = "".join(page_texts(path))
    assert (text.count("✓"), text.count("✗")) == (4, 3)
    assert "识别满6个月" in text


def test_after_removal_the_papers_are_those_of_removal(
    store: Store, home: str, tmp_path: Path
) -> None:
    case_id = removed(store, home)
    act(store, "village", case_id, "roll-back", 210, note="住院费用又增加")
    texts = printed(store, tmp_path, "case", case_id, on(210))
    assert texts["风险消除评估表"].count("✓") == 7
    assert "帮扶消除" in texts["风险消除评估表"]
    assert "风险消除入户核查表" in texts["入户核查表"]
    assert "拟消除风险监测对象公示" in texts["公示"]
    assert "住院费用又增加" in texts["回退审批表"]
    for words in ("村级意见", "镇级意见", "县级意见", "（盖章）"):
        assert words in texts["回退审批表"]


def test_change_of_type_and_clear_out_have_their_forms(
    store: Store, home: str, tmp_path: Path
) -> None:
    case_id = entered(store, home)
    act(store, "township", case_id, "propose-type", 31, note="家有变故",
        object_type="sudden_hardship")  # fmt: skip
    act(store, "county", case_id, "change-type", 31, note="家有变故",
        object_type="sudden_hardship", approval_no="5号")  # fmt: skip
    act(
        store,
        "village",
        case_id,
        "propose-clear-out",
        40,
        reason="消费型汽车",
        **(MEETING | {"meeting_on": on(40).isoformat()}),
    )
    act(store, "township", case_id, "pass-clear-out", 45, note="镇里同意清退")
    act(store, "county", case_id, "clear-out", 45, reason="消费型汽车", approval_no="7号",
        proof="行驶证复印件")  # fmt: skip
    texts = printed(store, tmp_path, "case", case_id, on(45))
    assert "脱贫不稳定户" in texts["类型变更表"]
    assert "突发严重困难户" in texts["类型变更表"]
    for words in ("消费型汽车", "行驶证复印件", "同意18票", "7号", "镇里同意清退"):
        assert words in texts["清退审批表"]
    assert "清退监测对象" in texts["会议记录"]


def test_who_is_not_taken_in_gets_an_answer(store: Store, home: str, tmp_path: Path) -> None:
    case_id = clue(store, home)
    act(store, "township", case_id, "exclude", 2, note="经核实没有风险", told_on="2025-03-05")
    texts = printed(store, tmp_path, "case", case_id, on(2))
    assert set(texts) == {"线索登记表", "答复单"}
    for words in ("赵德福：", "经核实没有风险", "2025-03-05", "农户签收"):
        assert words in texts["答复单"]


def test_a_farmers_paper_says_nothing_that_must_not_be_read_aloud(
    store: Store, home: str, tmp_path: Path
) -> None:
    with store.write("test.labor", ME) as session:
        session.scalars(select(Member).filter_by(name="赵德福")).one().labor_skill = "lost"
    texts = printed(store, tmp_path, "case", entered(store, home), on(20))
    assert "丧失劳动力" not in texts["入户核查表"]
    assert "需要照料" in texts["入户核查表"]
    assert "丧失劳动力" in texts["乡镇审核表"]  # an office's own paper


def test_a_warning_prints_its_lists_and_forms(store: Store, home: str, tmp_path: Path) -> None:
    open_october(store)
    water = life.opened(store, home, WT_01="short")["WT-01"]
    life.step(store, "village", water, "confirm")
    life.step(store, "township", water, "pass", 1, "情况属实")
    life.step(store, "county", water, "return", 2, "照片看不清")
    texts = printed(store, tmp_path, "warning", water, life.on(2))
    assert set(texts) == {"初审清单", "退回单"}
    assert "照片看不清" in texts["退回单"]
    life.step(store, "village", water, "resubmit", 2, "已补")
    life.step(store, "township", water, "pass", 2, "情况属实")
    life.step(store, "county", water, "determine", 2)
    life.remedied(store, home, water)
    life.follow_up(store, home, 5)
    life.step(store, "township", water, "request-close", 5)
    life.step(store, "county", water, "close", 8, "已现场核实", **life.CLOSING)
    texts = printed(store, tmp_path, "warning", water, life.on(8))
    assert set(texts) == set(PAPERS["warning"])
    for name in ("初审清单", "预警监测对象名单", "部门交办单", "已销号台账"):
        assert "赵德福" in texts[name]
    assert "水已到户" in texts["回访记录"]
    assert "李会计" in texts["回访记录"]
    assert "通水" in texts["销号申请表"]
    for words in ("李审核", "2025-10-28", "已现场核实", "县级审核意见"):
        assert words in texts["销号审核表"]
    for name, text in texts.items():  # the test's village has no name and shows its code
        assert not WHOLE_NUMBER.search(text.replace(VILLAGE, "村")), name


def test_a_natural_change_and_a_month_have_their_papers(
    store: Store, home: str, tmp_path: Path
) -> None:
    open_october(store)
    with store.read() as session:
        wife = session.scalars(select(Member).filter_by(name="李秀兰")).one().id
    new = NewChange(home, "decrease", "move_out", date(2025, 10, 3), wife, "迁移证")
    change, _ = changes.open_change(store, ME, new, TODAY)
    given = StepInput("", TODAY)
    if change.state == "open":
        changes.act_change(store, ME, change.item_id, "submit", given, TODAY)
    with acting_as(store, "township"):
        changes.act_change(store, ME, change.item_id, "decide", given, TODAY)
    texts = printed(store, tmp_path, "change", change.item_id, TODAY)
    for words in ("自然减少", "迁出", "李秀兰", "2025-10-03", "迁移证", "镇级意见"):
        assert words in texts["自然变更表"]
    assert set(printed(store, tmp_path, "period", "2025-10", TODAY)) == {"村月报", "台账"}


def test_a_paper_whose_step_is_to_come_is_refused_and_leaves_no_file(
    store: Store, home: str, tmp_path: Path
) -> None:
    case_id, path = clue(store, home), tmp_path / "x.pdf"
    with pytest.raises(PaperNotReadyError, match="E507") as caught:
        papers.print_paper(store, "批复", "case", case_id, printing(path, on(1)))
    assert "线索登记表" in caught.value.sentence()
    with pytest.raises(UnknownPaperError, match="E506"):
        papers.print_paper(store, "奖状", "case", case_id, printing(path, on(1)))
    with pytest.raises(UnknownPaperError, match="E506"):
        papers.papers_for(store, "measure", case_id)
    assert not path.exists()


def test_the_visit_form_can_be_printed_before_the_visit(
    store: Store, home: str, tmp_path: Path
) -> None:
    case_id = clue(store, home)
    act(store, "township", case_id, "accept", 1, team="王芳、刘洋")
    offers = {one.name: one.on for one in papers.papers_for(store, "case", case_id)}
    assert offers["入户核查表"] is None
    assert offers["访查任务单"] == on(1)
    path = tmp_path / "核查.pdf"
    papers.print_paper(store, "入户核查表", "case", case_id, printing(path, on(2) + timedelta(0)))
    assert "赵德福" in page_texts(path)[0]
