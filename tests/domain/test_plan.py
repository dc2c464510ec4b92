"""The plan sheet as text: what each edition may show, and nothing else."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from app.domain.plan import Block, Edition, PlanDocument, PlanGoals, PlanMeasure
from app.domain.plan_fields import BLANK_MEASURES, LAST_VISITS, age_text, money, plan_document
from tests.reports.samples import (
    ID_NO,
    TODAY,
    full_source,
    large_source,
    make_member,
    make_source,
)


def block(document: PlanDocument, key: str) -> Block:
    return next(b for b in document.blocks if b.key == key)


def value(document: PlanDocument, key: str) -> str:
    return next(item.value for b in document.blocks for item in b.items if item.key == key)


def everything(document: PlanDocument) -> str:
    texts = [document.area, document.title, document.head_name, document.note]
    for one in document.blocks:
        texts += [one.title, *(f"{item.label}{item.value}" for item in one.items)]
        texts += [text for row in one.rows for text in row]
        texts += [label for _, label in one.columns]
    return "\n".join(texts)


def test_archive_edition_has_the_ten_blocks_and_five_signatures() -> None:
    sheet = plan_document(full_source(), Edition.ARCHIVE)
    assert [b.key for b in sheet.blocks] == [
        "basic", "members", "guarantees", "income", "warnings", "measures", "helpers", "goals",
        "visits", "results",
    ]  # fmt: skip
    assert len(sheet.signatures) == 5
    assert value(sheet, "head_id_no") == "532931********0017"
    assert value(sheet, "labor_count") == "2 人"
    assert value(sheet, "causes") == "因病、缺劳动力"
    assert value(sheet, "water") == "× 未达标"
    assert block(sheet, "warnings").rows[0][1:] == ("橙", "2025-10-31", "2025-11-15", "水利局")
    assert block(sheet, "measures").rows[2][-1] == "落实中\n（结转）"
    assert block(sheet, "results").rows[1] == ("2", "已落实", "2025-06-18", "")


@pytest.mark.parametrize("edition", list(Edition))
def test_full_numbers_are_on_no_edition(edition: Edition) -> None:
    text = everything(plan_document(full_source(), edition))
    assert ID_NO not in text
    assert "6217003810004567890" not in text.replace(" ", "")


def test_wall_edition_shows_none_of_what_must_never_hang() -> None:
    measures = (
        PlanMeasure("health", "大病救治", "肝癌住院", "王㛃", "卫健局"),
        PlanMeasure("social_security", "残疾人两项补贴", "", "王㛃", "残联"),
        PlanMeasure("social_security", "低保", "每月420元", "王㛃", "民政局"),
        PlanMeasure("compulsory_education", "控辍保学劝返", "劝返张𬭚", "张𬭚", "教体局"),
        PlanMeasure("industry", "小微产业奖补", "给王㛃治病", "王㛃", "农业农村局",
                    amount=Decimal(3000)),
    )  # fmt: skip
    sheet = plan_document(full_source(measures=measures), Edition.WALL)
    text = everything(sheet)
    never = [
        "532931", "0017", "13800001234", "13900005678", "7890", "慢性", "残疾", "肢体", "二级",
        "低保", "肝癌", "治病", "劝返", "12,610", "36,000", "3,000", "14,000", "脱贫不稳定户",
        "因病", "常走访", "重点监测", "医疗", "停水", "R-03", "丧失",
    ]  # fmt: skip
    assert [word for word in never if word in text] == []
    assert block(sheet, "measures").rows == (
        ("1", "产业帮扶", "小微产业奖补", "农业农村局", "", "", "拟定"),
    )
    assert "希望修好水管" not in text
    assert sheet.note == "本页不含证件、电话、账户和健康信息"


def test_the_villages_own_words_hang_where_somebody_looked_at_them() -> None:
    sheet = plan_document(full_source(shows_words=True), Edition.WALL)
    assert value(sheet, "needs") == "希望修好水管"
    assert value(sheet, "guarantee_target") == "（不宜上墙，见存档版）"


def test_a_field_that_no_list_names_cannot_appear() -> None:
    secret = full_source(goals=PlanGoals(needs="只给墙上看"), shows_words=True)
    assert "只给墙上看" not in everything(plan_document(secret, Edition.ARCHIVE))


def test_only_present_members_are_printed_and_counted() -> None:
    gone = make_member(2, name="已婚出", member_status="married_out")
    sheet = plan_document(make_source(members=(make_member(), gone)), Edition.ARCHIVE)
    assert value(sheet, "counted_members") == "1 人"
    assert "已婚出" not in everything(sheet)


def test_words_not_read_aloud_are_softened_in_values() -> None:
    words = {"丧失劳动力": "需要照料", "重点监测": "常走访"}
    sheet = plan_document(full_source(soft_words=words), Edition.ARCHIVE)
    assert value(sheet, "management_class") == "常走访户"
    assert block(sheet, "members").rows[2][4] == "需要照料"


def test_an_empty_household_still_makes_a_sheet() -> None:
    sheet = plan_document(make_source(members=()), Edition.ARCHIVE)
    assert sheet.head_name == ""
    assert value(sheet, "head_id_no") == ""
    assert block(sheet, "measures").blank_rows == BLANK_MEASURES
    assert value(sheet, "object_type") == "—"
    assert value(sheet, "income") == "未核实"


def test_only_the_last_visits_are_printed() -> None:
    sheet = plan_document(large_source(), Edition.ARCHIVE)
    assert len(block(sheet, "visits").rows) == LAST_VISITS
    assert block(sheet, "visits").rows[0][0] == "2025-10-31"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"birth_date": date(1985, 10, 31)}, "40", id="birthday today"),
        pytest.param({"birth_date": date(1985, 11, 1)}, "39", id="birthday tomorrow"),
        pytest.param({"birth_date": None, "birth_month": "1985-10"}, "40", id="this month"),
        pytest.param({"birth_date": None, "birth_month": "1985-11"}, "39", id="next month"),
        pytest.param({"birth_date": None}, "—", id="unknown"),
        pytest.param({"birth_date": date(2025, 11, 5)}, "0", id="not yet born"),
    ],
)
def test_age_is_that_of_the_day(changes: dict[str, object], expected: str) -> None:
    assert age_text(make_member(1, **changes), TODAY) == expected


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        pytest.param(None, "", id="unknown is blank"),
        pytest.param(Decimal(0), "0", id="zero is an amount"),
        pytest.param(Decimal("1200.00"), "1,200", id="no useless zeros"),
        pytest.param(Decimal("1200.5"), "1,200.50", id="jiao"),
        pytest.param(Decimal(-30), "-30", id="loss"),
    ],
)
def test_money(amount: Decimal | None, expected: str) -> None:
    assert money(amount) == expected


def test_digest_changes_with_the_content_and_not_with_the_date() -> None:
    source = full_source(members=(make_member(birth_date=None),))
    first = plan_document(source, Edition.WALL).digest
    assert plan_document(replace(source, printed_on=date(2026, 1, 1)), Edition.WALL).digest == first
    assert plan_document(replace(source, phone="13811112222"), Edition.WALL).digest == first
    assert plan_document(replace(source, hamlet_group="三组"), Edition.WALL).digest != first
