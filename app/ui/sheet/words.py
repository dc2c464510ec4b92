"""The short words of the form: what a bar says that `+` would confirm."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from app.domain.form import AnswerValue, FormDef, Option, Question
from app.domain.household import Member

# One noun a question, so that a whole chapter fits on one line.
NOUNS: Mapping[str, str] = {
    "FD-01": "粮食", "FD-02": "肉蛋奶", "CL-01": "衣物", "CL-02": "被褥",
    "ED-01": "上学", "ED-02": "花费", "ED-03": "资助",
    "MD-01": "医保", "MD-02": "治病", "MD-03": "参保资助", "MD-04": "签约随访",
    "MD-05": "看病自付", "MD-06": "明年医保",
    "HS-01": "等级", "HS-02": "住处", "HS-03": "房子变化", "HS-04": "周边隐患",
    "WT-01": "水量", "WT-02": "水质", "WT-03": "取水", "WT-04": "12个月停水",
    "WT-05": "最长连停", "WT-06": "本月停水",
    "LV-01": "用电", "LV-02": "电视", "LV-03": "路", "LV-04": "厕所", "LV-05": "取暖",
    "EM-01": "在做", "EM-02": "下月", "EM-03": "公益岗工资", "EM-04": "工资",
    "IN-01": "工资", "IN-02": "卖货", "IN-03": "流转分红", "IN-04": "补贴赡养",
    "IN-05": "欠薪", "IN-06": "本钱", "IN-07": "低保金", "IN-08": "上学自付",
    "IN-09": "赔款救助",
    "CY-01": "受损", "CY-02": "农业保险", "CY-03": "贷款", "CY-04": "到期日",
    "SS-01": "领养老金", "SS-02": "交养老保险", "SS-03": "到账", "SS-04": "残疾补贴",
    "SS-05": "照料", "SS-06": "监护",
    "EV-01": "难处", "EV-02": "新债", "EV-03": "人口增减", "EV-04": "诉求", "EV-05": "备注",
    "BF-01": "责任人来过", "BF-02": "措施", "BF-03": "本次走访",
}  # fmt: skip


def noun(code: str) -> str:
    """Return the short word of a question; the code itself for one that a county added."""
    return NOUNS.get(code, code)


def value_text(
    form: FormDef, question: Question, value: AnswerValue, members: Iterable[Member] = ()
) -> str:
    """Return an answer as people read it: ``辍学``, ``4,200元``, ``2025-10-31``."""
    if isinstance(value, tuple):
        if not value:
            return question.empty_label or "无"
        return "、".join(_item_text(question, item, members) for item in value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal | int):
        return f"{_plain(value)}{question.unit}"
    special = form.special(value)
    option = question.by_key.get(value) or _option(question, value)
    return special.label if special else option.text if option else value


def _plain(number: Decimal | int) -> str:
    """Return 4200.00 as 4,200 and 0.50 as 0.50: yuan without needless zeros."""
    whole = number == int(number)
    return f"{int(number):,}" if whole else f"{number:,.2f}"


def summary(groups: Iterable[tuple[Question, tuple[str, ...]]]) -> str:
    """Join the answers of a chapter into one line; equal answers of members are counted."""
    return " · ".join(_group(question, texts) for question, texts in groups if texts)


def _group(question: Question, texts: tuple[str, ...]) -> str:
    if question.scope != "member":
        return f"{noun(question.code)}{texts[0]}"
    counted = {text: texts.count(text) for text in texts}
    parts = (f"{number}人{text}" for text, number in counted.items())
    return f"{noun(question.code)}{'、'.join(parts)}"


def _item_text(question: Question, item: str, members: Iterable[Member]) -> str:
    key, _, member_id = item.partition(":")
    option = question.by_key.get(key) or _option(question, key)
    label = option.text if option else key
    name = next((member.name for member in members if member.id == member_id), "")
    return f"{label}：{name}" if name else label


def _option(question: Question, key: str) -> Option | None:
    return next((option for option in question.options if option.key == key), None)
