"""What may never hang in a house or in public, looked for in the text of the finished PDFs.

The households are as nasty as people make them: numbers and illnesses in every field that a
person types into.
"""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.household import MonitoredObject
from app.domain.masking import without_numbers
from app.domain.papers import PUBLIC, Deed, Offices, OpenText, PaperSource
from app.domain.plan import (
    Edition,
    PlanGoals,
    PlanHelper,
    PlanIncome,
    PlanMeasure,
    PlanSource,
    PlanVisit,
    PlanWarning,
)
from app.domain.plan_fields import NOT_FOR_THE_WALL
from app.domain.public_notice import NoticeRow
from app.reports import papers, plan
from app.reports.papers import public
from tests.reports.reading import page_texts
from tests.reports.samples import ID_NO, TODAY, document, full_source, make_member

PHONE, ACCOUNT = "13800001234", "6217 0038 1000 4567 890"
NUMBERS = (ID_NO, "５３２９３１１９８５０３１２００１７", PHONE, "138 0000 1234", "0874-5551234",
           ACCOUNT)  # fmt: skip
TOLD = ("肺癌晚期", "肢体残疾二级", "精神分裂", "尿毒症透析", "低保户", "特困供养", "判刑三年",
        "患有大病", "住院两次", "辍学在家", "被人举报")  # fmt: skip
WHAT_IS_TYPED = st.sampled_from((*NUMBERS, *TOLD, "希望修好水管", "发展养猪"))
DIGITS = re.compile(r"\d(?:[ -]?\d){6,}")
DAY = re.compile(r"(?:19|20)\d\d-\d\d-\d\d")


def nasty(text: str, other: str) -> PlanSource:
    """Return a household with a text in every field that a person types freely."""
    measures = (
        PlanMeasure("industry", "产业奖补", text, "张三", f"农业农村局{other}", "周建国",
                    amount=Decimal("48123.45")),
        PlanMeasure("employment", "岗位推荐", text, "张三", "残联", "周建国"),
        PlanMeasure("health", "大病救治", text, "张三", "卫健局", "周建国"),
        PlanMeasure("social_security", f"临时救助{text}", text, "张三", "民政局", "周建国"),
    )  # fmt: skip
    return full_source(
        hamlet_group=f"二组{PHONE}",
        members=(
            make_member(1, name=f"张三{PHONE}", health=frozenset({"serious_illness", "disabled"}),
                        disability_kind="mental", disability_grade=1, has_dibao=True,
                        has_tekun=True),
            make_member(2, name="张小雨", relation="之女", birth_date=date(2015, 3, 1)),
        ),
        monitored=MonitoredObject("sudden_hardship", identified_on=TODAY,
                                  causes=("illness", "disability"), cause_note=text),
        warnings=(PlanWarning(text, "red", TODAY, TODAY, "残联"),),
        income=PlanIncome("近12个月", Decimal("48123.45"), Decimal("48123.45"),
                          Decimal("48123.45"), Decimal("48123.45"), Decimal("48123.45"),
                          Decimal("48123.45")),
        goals=PlanGoals(text, Decimal("48123.45"), other, f"{text}，{other}"),
        shows_words=True,
        measures=measures,
        helpers=(
            PlanHelper("帮扶责任人", f"周建国{PHONE}", f"农业农村局{PHONE}", text, "13900005678"),
        ),
        visits=(PlanVisit(TODAY, f"周建国{PHONE}", "onsite", text),),
    )  # fmt: skip


def told_in(text: str) -> list[str]:
    """Return what is in a text that must not be."""
    plain = DAY.sub("", re.sub(r"\s", "", text))
    words = [*TOLD, "残联", "卫健局", "因病", "因残", "因大病", "突发严重困难", "48,123.45",
             "48123.45", "救助", "大病", "健康状况"]  # fmt: skip
    note = plain.replace("本页不含证件、电话、账户和健康信息", "")
    return [word for word in words if word in note] + DIGITS.findall(note)


@settings(max_examples=40, deadline=None)
@given(WHAT_IS_TYPED, WHAT_IS_TYPED)
def test_whatever_is_typed_the_wall_shows_no_number_and_no_hardship(
    tmp_path_factory: pytest.TempPathFactory, text: str, other: str
) -> None:
    path = tmp_path_factory.mktemp("wall") / "a.pdf"
    source = nasty(text, other if other not in TOLD else "")
    plan.render([document(replace(source, bank_account=ACCOUNT), Edition.WALL)], path)
    assert told_in("".join(page_texts(path))) == []


def test_the_file_copy_of_the_same_household_does_show_them(tmp_path: Path) -> None:
    plan.render([document(nasty(TOLD[0], PHONE))], tmp_path / "a.pdf")
    found = told_in("".join(page_texts(tmp_path / "a.pdf")))
    assert {"肺癌晚期", "48,123.45", PHONE} <= set(found)


def test_a_need_that_tells_of_illness_gives_way_to_a_hint(tmp_path: Path) -> None:
    for needs, shown in (
        ("户主患肺癌需照料", NOT_FOR_THE_WALL),
        ("防治茶园病虫害", "防治茶园病虫害"),
        ("2026-06-30前修好水窖，20261231前验收", "2026-06-30前修好水窖，20261231前验收"),
        (f"有事打{PHONE}", "有事打＊"),
    ):
        source = full_source(goals=PlanGoals(needs=needs), shows_words=True)
        plan.render([document(source, Edition.WALL)], tmp_path / "a.pdf")
        assert shown in "".join(page_texts(tmp_path / "a.pdf")).replace("\n", "")


@pytest.mark.parametrize(
    "needs",
    [
        "照料瘫痪在床的母亲", "高血压要吃药", "车祸截肢装假肢", "孩子是留守儿童", "欠债八万",
        "月收入三千不够用", "存折账号6217", "打一三八零零零零一二三四", "在社区矫正", "已上访两次",
    ],
)  # fmt: skip
def test_hardship_money_and_numbers_in_words_give_way_too(needs: str, tmp_path: Path) -> None:
    goals = PlanGoals(needs=needs, removal="年收入达到2万元，不盲目扩种")
    source = full_source(goals=goals, shows_words=True)
    plan.render([document(source, Edition.WALL)], tmp_path / "a.pdf")
    found = "".join(page_texts(tmp_path / "a.pdf")).replace("\n", "")
    assert needs not in found
    assert NOT_FOR_THE_WALL in found
    assert "年收入达到2万元" in found


def test_what_the_vet_does_for_the_cattle_hangs_on_the_wall(tmp_path: Path) -> None:
    measures = (
        PlanMeasure("industry", "农技服务", "防疫", "张三", "县畜牧兽医站", "周建国"),
        PlanMeasure("industry", "小微产业奖补", "养牛", "张三", "县医保局", "周建国"),
    )
    plan.render([document(full_source(measures=measures), Edition.WALL)], tmp_path / "a.pdf")
    found = "".join(page_texts(tmp_path / "a.pdf"))
    assert "农技服务" in found
    assert "奖补" not in found


@pytest.mark.parametrize("number", NUMBERS)
def test_every_way_of_writing_a_number_is_found(number: str) -> None:
    assert without_numbers(f"找{number}办") == "找＊办"


@pytest.mark.parametrize("name", sorted(PUBLIC))
@settings(max_examples=15, deadline=None)
@given(text=WHAT_IS_TYPED)
def test_what_hangs_in_public_tells_nothing_either(
    tmp_path_factory: pytest.TempPathFactory, name: str, text: str
) -> None:
    values = dict.fromkeys(
        ("note", "objections", "objections_settled", "causes", "team", "meeting_on"), text
    )
    deeds = (
        Deed("verify", "入户核实", TODAY, f"周建国{PHONE}", "village", text, values),
        Deed("publicise", "公示", TODAY, "周建国", "village", text, values),
    )
    source = PaperSource(
        name=name,
        printed_on=TODAY,
        offices=Offices("云岭县", "勐库镇", "兴源村"),
        deed=deeds[-1],
        deeds=deeds,
        facts={"text": text, "causes": "illness", "platform_no": PHONE},
        household=nasty(text, text),
        reason_group="刚性支出较大",
        publicity_days=7,
    )
    path = tmp_path_factory.mktemp("public") / "a.pdf"
    papers.render(source, path)
    found = "".join(page_texts(path))
    assert told_in(found) == []
    assert "脱贫户" not in found


def test_an_unknown_character_in_public_is_a_sign_and_is_told(tmp_path: Path) -> None:
    nobody_draws = "\U0003fffd"
    text = OpenText(
        title_parts=("兴源村", "公示"), author="兴源村村民委员会", signed_on=TODAY,
        paragraphs=("现予公示。",), rows=(NoticeRow(f"张{nobody_draws}", 4, "二组", "其他"),),
        closing=(f"请向{nobody_draws}镇反映。",),
    )  # fmt: skip
    made = public.render([text, text], tmp_path / "a.pdf")
    assert (made.pages, made.households, made.unknown) == (2, 2, (nobody_draws,))
    first, second = page_texts(tmp_path / "a.pdf")
    assert first.count("〓") == second.count("〓") == 2
