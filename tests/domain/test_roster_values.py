"""Cells as people type them: every way of writing, and no guess where something is lost."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from app.domain.roster_id import read_id
from app.domain.roster_values import ErrorCell, Reading, Value, ValueReader
from app.excel.headings import vocabulary

READER = ValueReader(vocabulary())
GOOD = "539901198207147813"


@pytest.mark.parametrize(
    "raw",
    [
        GOOD,
        f" {GOOD}\u00a0",
        f"\t{GOOD}",
        f"'{GOOD}",
        f"‘{GOOD}",
        f"`{GOOD}",
        "539901 19820714 7813",
        "５３９９０１１９８２０７１４７８１３",
        f"{GOOD}\u3000",
        f"{GOOD}\u200b",
        f"\u202d{GOOD}\u202c",
        "539901-19820714-7813",
        f"身份证:{GOOD}",
        f"{GOOD}（新）",
        f'="{GOOD}"',
    ],
)
def test_a_number_in_any_dress_is_the_same_number(raw: str) -> None:
    reading = read_id(raw)
    assert (reading.value, reading.code, reading.is_valid) == (GOOD, "", True)
    assert (reading.birth, reading.sex) == ("1982-07-14", "男")


@pytest.mark.parametrize("raw", ["53990119941230814x", "53990119941230814Ｘ"])
def test_the_last_x_is_large_and_narrow(raw: str) -> None:
    assert read_id(raw).value == "53990119941230814X"


@pytest.mark.parametrize("raw", [5.39901198207147e17, 539901198207147813, "5.39901E+17", 1.5])
def test_lost_digits_are_never_invented(raw: object) -> None:
    reading = read_id(raw)
    assert (reading.value, reading.code, reading.is_valid) == ("", "E_ID_LOST_DIGITS", False)


@pytest.mark.parametrize(
    ("raw", "value", "code", "is_valid"),
    [
        ("539901198207147814", "539901198207147814", "W_ID_CHECK", False),
        ("539901198213147813", "539901198213147813", "W_ID_CHECK", False),
        ("53990119820714781", "53990119820714781", "W_ID_LENGTH", False),
        ("539901820714781", "539901198207147813", "W_ID_15", True),
        (539901820714781.0, "539901198207147813", "W_ID_15", True),
        ("539901821314781", "539901821314781", "W_ID_CHECK", False),
        (f"{GOOD}43", GOOD, "W_ID_CERT", True),
        (f"{GOOD}43B1", GOOD, "W_ID_CERT", True),
        ("", "", "W_ID_MISSING", False),
        (" \u200b", "", "W_ID_MISSING", False),
        (True, "", "W_ID_LENGTH", False),
    ],
)
def test_what_is_shown_of_an_identity_number(
    raw: object, value: str, code: str, is_valid: bool
) -> None:
    reading = read_id(raw)
    assert (reading.value, reading.code, reading.is_valid) == (value, code, is_valid)


def test_a_certificate_in_the_number_column_is_kept() -> None:
    assert read_id(f"{GOOD}43").certificate == f"{GOOD}43"


@pytest.mark.parametrize(
    ("field", "raw", "value"),
    [
        ("name", " 张　伟\n", "张伟"),
        ("name", "普阿•友邓", "普阿·友邓"),
        ("name", "普阿.友邓", "普阿·友邓"),
        ("name", "文𣲗\u200b", "文𣲗"),
        ("name", "", None),
        ("head_name", "文?美", "文?美"),
        ("birth_date", "1982.4.2", "1982-04-02"),
        ("birth_date", "1982/04/02", "1982-04-02"),
        ("birth_date", "19820402", "1982-04-02"),
        ("birth_date", 19820402.0, "1982-04-02"),
        ("birth_date", "1982年4月2日", "1982-04-02"),
        ("birth_date", "1982-04-02 00:00:00", "1982-04-02"),
        ("birth_date", "1982.04", "1982-04"),
        ("birth_date", 1982.04, "1982-04"),
        ("birth_date", "1982.1", "1982-01"),
        ("birth_date", date(1982, 4, 2), "1982-04-02"),
        ("birth_date", datetime(1982, 4, 2, tzinfo=UTC), "1982-04-02"),
        ("birth_date", 30043.0, "1982-04-02"),
        ("identified_on", "201903", "2019-03"),
        ("identified_on", 201903.0, "2019-03"),
        ("identified_on", "2019年3月", "2019-03"),
        ("identified_on", "2019-03-01", "2019-03"),
        ("identified_on", date(2019, 3, 1), "2019-03"),
        ("has_dibao", "√", True),
        ("has_dibao", "×", False),
        ("has_dibao", 1.0, True),
        ("has_dibao", "0", False),
        ("has_dibao", "农村低保", True),
        ("has_dibao", "未享受", False),
        ("has_dibao", True, True),
        ("relation", "户 主", "户主"),
        ("relation", "长女", "之女"),
        ("education", "文盲/半文盲", "文盲或半文盲"),
        ("ethnicity", "汉", "汉族"),
        ("labor_skill", "无", "无劳动力"),
        ("labor_skill", "弱（半）劳动力", "弱劳动力或半劳动力"),
        ("health", "残疾、患有大病", ("残疾", "患有大病")),
        ("health", "慢性病；残疾", ("长期慢性病", "残疾")),
        ("object_type", "边缘户", "边缘易致贫户"),
        ("object_type", "否", None),
        ("household_kind", "建档立卡户", "脱贫户"),
        ("main_cause", "因大病", "因病"),
        ("house_rating", "Ｂ级", "B"),
        ("monthly_wage", "3500元/月", Decimal(3500)),
        ("monthly_wage", "0.35万", Decimal(3500)),
        ("monthly_wage", "3,500", Decimal(3500)),
        ("per_capita_income", "1.2万元", Decimal(12000)),
        ("per_capita_income", 11758.8, Decimal("11758.8")),
        ("per_capita_income", 0.1 + 0.2, Decimal("0.3")),
        ("work_months", "10个月", 10),
        ("work_months", "１０", 10),
        ("registered_size", 4.0, 4),
        ("household_no", 5390582459.0, "5390582459"),
        ("phone", "138-0000-1234", "13800001234"),
        ("phone", 13800001234.0, "13800001234"),
        ("phone", "0872-1234567", "08721234567"),
        ("phone", "-", None),
        ("work_place", "省城  ", "省城"),
        ("disability_cert_no", f"{GOOD}43", f"{GOOD}43"),
    ],
)
def test_a_cell_is_read_without_a_word(field: str, raw: object, value: Value) -> None:
    reading = READER.read(field, raw)
    assert (reading.value, reading.code) == (value, "")


@pytest.mark.parametrize(
    ("field", "raw", "code"),
    [
        ("birth_date", 1982.1, "W_UNKNOWN_VALUE"),  # October has lost its zero, or January
        ("birth_date", "1982", "W_UNKNOWN_VALUE"),
        ("birth_date", "1982-13-01", "W_UNKNOWN_VALUE"),
        ("birth_date", "82-04-02", "W_UNKNOWN_VALUE"),
        ("birth_date", 5.0, "W_UNKNOWN_VALUE"),
        ("education", "夜校", "W_UNKNOWN_VALUE"),
        ("object_type", "常态化帮扶对象", "W_UNKNOWN_VALUE"),
        ("ethnicity", "火星", "W_UNKNOWN_VALUE"),
        ("has_dibao", "待核", "W_UNKNOWN_VALUE"),
        ("household_no", 5.39901198207147e17, "W_UNKNOWN_VALUE"),
        ("disability_cert_no", 5.399e19, "W_UNKNOWN_VALUE"),
        ("monthly_wage", "不固定", "W_NOT_NUMBER"),
        ("work_months", "10.5", "W_NOT_NUMBER"),
        ("work_months", True, "W_NOT_NUMBER"),
        ("phone", "1380000123", "W_PHONE"),
        ("phone", ErrorCell(), "W_FORMULA_ERROR"),
        ("phone", "#N/A", "W_FORMULA_ERROR"),
    ],
)
def test_what_cannot_be_used_is_shown_and_left_empty(field: str, raw: object, code: str) -> None:
    reading = READER.read(field, raw)
    assert (reading.value, reading.code) == (None, code)
    assert reading.text


def test_known_states_of_health_stay_beside_an_unknown_one() -> None:
    reading = READER.read("health", "残疾、感冒")
    assert reading == Reading(("残疾",), "W_UNKNOWN_VALUE", "残疾、感冒")


def test_a_damaged_name_is_kept_and_marked() -> None:
    assert READER.read("name", "文？美") == Reading("文?美", "W_LOST_CHARACTER", "文?美")


def test_a_local_word_is_kept_beside_the_one_it_became() -> None:
    assert READER.read("main_cause", "因疫情") == Reading("其他", "", "因疫情")


def test_one_and_true_are_not_taken_for_each_other() -> None:
    reader = ValueReader(vocabulary())
    assert reader.read("has_dibao", 1).value is True
    assert reader.read("registered_size", 1).value == 1
    assert reader.read("registered_size", True).code == "W_NOT_NUMBER"


@pytest.mark.parametrize("raw", ["无", "未办理", "暂无", "-", "0", 0, "43"])
def test_a_word_for_no_number_is_no_number(raw: object) -> None:
    assert (read_id(raw).value, read_id(raw).code) == ("", "W_ID_MISSING")


@pytest.mark.parametrize(
    ("field", "raw", "value"),
    [
        ("has_dibao", "☑是□否", True),
        ("has_dibao", "是□ 否☑", False),
        ("has_dibao", "是（√）否（ ）", True),
        ("medical_insurance", "□居民 ☑职工", "职工"),
        ("health", "□健康 ☑长期慢性病 □患有大病 ☑残疾", ("长期慢性病", "残疾")),
        ("health", "长期慢性病残疾", ("长期慢性病", "残疾")),
        ("health", "肢体残疾三级", ("残疾",)),
        ("relation", "女儿2", "之女"),
        ("ethnicity", "维族", "维吾尔族"),
        ("birth_date", "45413", "2024-05-01"),
        ("birth_date", "2024年5月1日生", "2024-05-01"),
        ("monthly_wage", "每月3500元", Decimal(3500)),
        ("work_months", "十个月", 10),
        ("work_months", "全年", 12),
        ("registered_size", "共四人", 4),
        ("phone", "13800001234（本人）", "13800001234"),
        ("phone", "'13800001234", "13800001234"),
        ("name", "阿依﹒古丽", "阿依·古丽"),
        ("name", "张伟（户主）", "张伟"),
        ("household_kind", "否", "一般农户"),
    ],
)
def test_forms_with_boxes_and_the_words_of_villages_are_read(
    field: str, raw: object, value: Value
) -> None:
    reading = READER.read(field, raw)
    assert (reading.value, reading.code) == (value, "")


@pytest.mark.parametrize("raw", ["19820", "20110"])
def test_five_digits_that_may_be_a_year_cut_short_are_asked_about(raw: str) -> None:
    assert READER.read("birth_date", raw).code == "W_UNKNOWN_VALUE"
