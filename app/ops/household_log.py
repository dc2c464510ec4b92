"""变更历史 of a household: the journal as its page tells it, in words, numbers masked.

A month's opening and its first answers are not told one by one: the month's page shows them.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, not_, select
from sqlalchemy.orm import Session

from app.domain import case, labels, masking, measure, natural_change, registers, warning
from app.domain.changeset import NEW_ROW
from app.domain.lifecycle import LEVELS
from app.domain.period import Period
from app.models.base import Journaled
from app.models.form import Answer, Sheet
from app.models.household import Member
from app.models.income import IncomeEntry
from app.models.journal import ACTIVE, ChangeRow, ChangesetRow
from app.models.statements import among
from app.models.step import Step
from app.models.store import Store
from app.ops import catalogue, devices, times
from app.ops.conflict_words import said
from app.ops.history import OWN
from app.ops.lives import DATA_LABELS, SUBJECT_WORDS
from app.ops.roster_words import FIELDS, field_label
from app.sync import local
from app.sync.past import Row, by_table
from app.sync.subjects import rows_of

_SHOWN = 400
_EMPTY, _ADDED, _STEP = "（空）", "新增", "办理"
_FIRST_OF_MONTH = and_(
    ChangeRow.table_name.in_(("answer", "income_entry", "sheet")), ChangeRow.field == NEW_ROW
)


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One change in words. ``what``: the person, month or thing; ``by``: who, and on which device.

    ``is_in_force`` False: it was refused or waits; it changed nothing.
    """

    at: str
    by: str
    what: str
    field: str
    old: str
    new: str
    reason: str
    is_in_force: bool


def household_log(store: Store, household_id: str) -> list[LogEntry]:
    """Return the newest changes of a household and of everything that hangs on it."""
    with store.read() as session:
        found = _changes(session, household_id)
        me = local.load(session)
        trust, own = devices.trust_of(session, me), me.keys.device_id
        words = _Words(session, household_id)
        return [
            entry
            for row in found
            if (entry := words.entry(row, OWN if row.origin == own else trust.name(row.origin)))
        ]


def _changes(session: Session, household_id: str) -> list[Any]:
    """Return the newest rows of the journal that are about a household."""
    wanted = {Row("household", household_id), *rows_of(session, household_id)}
    query = (
        select(
            ChangeRow.id, ChangeRow.table_name, ChangeRow.row_id, ChangeRow.field,
            ChangeRow.old, ChangeRow.new, ChangesetRow.at, ChangesetRow.actor,
            ChangesetRow.origin, ChangesetRow.reason, ChangesetRow.state,
        )
        .join(ChangesetRow, ChangesetRow.id == ChangeRow.changeset_id)
        .where(not_(_FIRST_OF_MONTH))
        .order_by(ChangeRow.id.desc())
        .limit(_SHOWN)
    )  # fmt: skip
    found: list[Any] = []
    for table, ids in by_table(wanted).items():
        of_table = query.where(ChangeRow.table_name == table, among(ChangeRow.row_id, ids))
        found += session.execute(of_table).all()
    return sorted(found, key=lambda row: -row.id)[:_SHOWN]


class _Words:
    """Says changes; what they are about is read once."""

    def __init__(self, session: Session, household_id: str) -> None:
        self._session = session
        queries = (select(table).filter_by(household_id=household_id) for table in (Sheet, Member))
        self._kept = [row for query in queries for row in session.scalars(query)]  # for ``get``

    def entry(self, row: Any, device: str) -> LogEntry | None:
        """Return a change in words, None for what the program keeps for itself."""
        if row.field in _TECHNICAL:
            return None
        old, new = json.loads(row.old), json.loads(row.new)
        is_new = row.field == NEW_ROW
        return LogEntry(
            at=times.shown(row.at),
            by=row.actor if device == OWN else f"{row.actor}（{device}）",
            what=self._what(row.table_name, row.row_id, new if is_new else {}),
            field=_new_word(row.table_name) if is_new else _label(row.table_name, row.field),
            old="" if is_new else self._value(row, row.field, old),
            new=self._telling(row, new) if is_new else self._value(row, row.field, new),
            reason="" if row.table_name == "step" else masking.without_numbers(row.reason),
            is_in_force=row.state == ACTIVE,
        )

    def _what(self, table: str, row_id: str, values: Mapping[str, Any]) -> str:
        """Return what a row is: a person's name, a month, else the word of its table."""
        if table == "member":
            return self._name(row_id) or str(values.get("name", "")) or field_label(table)
        if table == "sheet":
            sheet = self._session.get(Sheet, row_id)
            return f"{sheet.period}检查表" if sheet is not None else field_label(table)
        if table in ("answer", "income_entry"):
            row = self._session.get(_CLASSES[table], row_id)
            return self._answer_what(row) if row is not None else field_label(table)
        if table == "step":
            step = self._session.get(Step, row_id)
            return SUBJECT_WORDS.get(step.subject, field_label(table)) if step else ""
        return field_label(table)

    def _answer_what(self, row: Any) -> str:
        """Return month, person and question of an answer, or the source of an income."""
        period = Period.parse(self._session.get_one(Sheet, row.sheet_id).period)
        if isinstance(row, IncomeEntry):
            source = catalogue.worksheet().source(row.source)
            word = source.label if source is not None else "收入"
        else:
            question = catalogue.form_for(period).by_code.get(row.question)
            word = question.short or question.label if question is not None else row.question
        return f"{period}检查表　{self._name(row.member_id)}{word}"

    def _telling(self, row: Any, values: Mapping[str, Any]) -> str:
        """Return what a new row says of itself."""
        if row.table_name == "step":
            return "：".join(
                filter(None, (_step_word(values), text_of("note", values.get("note"))))
            )
        names = _TELLING.get(row.table_name, ())
        words = (self._value(row, name, values.get(name)) for name in names if values.get(name))
        return " ".join(words)

    def _value(self, row: Any, field: str, value: Any) -> str:
        if row.table_name == "answer" and field == "value" and value:
            answer = self._session.get(Answer, row.row_id)
            period = self._session.get_one(Sheet, answer.sheet_id).period if answer else ""
            form = catalogue.form_for(Period.parse(period)) if period else None
            question = form.by_code.get(answer.question) if form and answer else None
            return masking.without_numbers(said(question, value)) if question else str(value)
        if field in ("member_id", "met_member_id"):
            return self._name(str(value or "")) or _EMPTY
        return text_of(field, value)

    def _name(self, member_id: str) -> str:
        member = self._session.get(Member, member_id) if member_id else None
        return member.name if member is not None else ""


def _new_word(table: str) -> str:
    return _STEP if table == "step" else _ADDED


def _label(table: str, field: str) -> str:
    """Return what people call a field."""
    if table == "answer" and field == "value":
        return "答案"
    return FIELDS.get(field) or DATA_LABELS.get(field) or _MORE.get(field) or field_label(table)


def text_of(field: str, value: Any) -> str:
    """Return a value in words; a number that could be somebody's is masked."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if value in (None, ""):
        return _EMPTY if field != "note" else ""
    text = str(value)
    mask = _MASKS.get(field)
    if mask is not None:
        return mask(text)
    enum = _ENUMS.get(field, field)
    if enum in labels.LABELS:
        known = labels.LABELS[enum]
        return "、".join(known.get(part, part) for part in text.split(","))
    return masking.without_numbers(text)


def _step_word(values: Mapping[str, Any]) -> str:
    """Return what a step is called on its button."""
    action, subject = str(values.get("action", "")), str(values.get("subject", ""))
    return _STEPS.get((subject, action), "")


def _step_words() -> Iterator[tuple[tuple[str, str], str]]:
    settled = next(iter(warning.SETTLED_WITH))  # the table of such a warning has every row
    levels = [dict.fromkeys(warning.SEVERITIES, level) for level in LEVELS]
    lives = [warning.life_of(level, {}, settled, is_manual=False) for level in levels]
    lives += [measure.MEASURE, case.CASE, natural_change.NATURAL_CHANGE]
    lives += [registers.ISSUE, registers.DOUBT, registers.NEGATIVE]
    for life in lives:
        for row in life.transitions:
            yield (life.subject, row.action), row.label


_STEPS = dict(reversed(list(_step_words())))  # of several rows of an action the first names it
_CLASSES: Mapping[str, type[Journaled]] = {"answer": Answer, "income_entry": IncomeEntry}
_MASKS = {
    "id_no": masking.masked_id_no, "disability_cert_no": masking.masked_id_no,
    "phone": masking.masked_phone, "bank_account": masking.masked_account,
}  # fmt: skip
_ENUMS = {"causes": "risk_cause", "cause": "risk_cause", "flags": "household_flag"}
_TECHNICAL = frozenset({
    "name_pinyin", "name_initials", "position", "is_id_no_valid", "source_label", "form_version",
    "roster_snapshot", "shortfall_codes", "parts", "finding_values", "details", "follow_up",
    "sha256", "subject_id", "version", "policy_version", "scope", "removed",
})  # fmt: skip
_MORE: Mapping[str, str] = {
    "management_class": "管理类别", "is_safety_net_household": "兜底保障户",
    "is_relocated": "易地搬迁户", "farmland_mu": "耕地面积", "bank_account": "银行账号",
    "flags": "家庭情况", "is_boarding": "寄宿", "no_school_reason": "未上学原因",
    "joined_on": "加入日期", "submitted_on": "交表日期", "submitted_by": "填表人",
    "needs": "需求", "removal_target": "消除目标", "income_target": "收入目标",
    "guarantee_target": "保障目标", "caption": "说明", "taken_on": "拍摄日期",
    "ended_on": "结束日期", "assigned_on": "开始日期", "helper_id": "帮扶责任人",
    "eliminated_per_capita": "消除时人均纯收入", "evidence": "凭据", "is_carried_over": "结转",
    "opened_on": "发现日期", "checked_on": "核查日期", "checked_by": "核查人",
    "reported_on": "上报日期", "basis": "依据", "is_one": "是同一人", "is_helper": "帮扶责任人走访",
}  # fmt: skip
_TELLING: Mapping[str, tuple[str, ...]] = {
    "household": ("household_no", "household_kind"), "member": ("relation", "birth_date"),
    "sheet": ("period",), "visit": ("visited_on", "visit_way", "visitor"),
    "warning": ("message",), "measure": ("measure_category", "measure_kind", "content"),
    "monitored_case": ("object_type", "identified_on", "causes"), "clue": ("text",),
    "annual_income": ("year", "annual_per_capita"), "plan": ("year",),
    "helper_assignment": ("assigned_on",), "attachment": ("caption", "taken_on"),
    "natural_change": ("change_kind", "effective_on"), "issue": ("text",),
    "data_doubt": ("message",), "negative_check": ("message",), "campaign_result":
    ("campaign_result", "note"),
}  # fmt: skip
