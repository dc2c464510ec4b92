"""From what the operation hands over to the form's board, and the sentences around it."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from app.domain import form, income_window, rules
from app.domain.follow_up import Proposal
from app.domain.form import AnswerKey, AnswerValue, Option, Question
from app.domain.household import Facts
from app.domain.income_line import income_line
from app.domain.labels import LABELS, label
from app.domain.view import HouseholdView
from app.ops.sheets import SheetData
from app.ui.sheet.board import Board, Engine


def board(data: SheetData, drafts: Mapping[AnswerKey, str]) -> Board:
    """Return the board of a sheet, with half-typed text from before."""
    cells = data.cells
    return Board(
        form=data.form,
        facts=data.facts,
        engine=engine(data),
        values=_values(data, "given"),
        offers=_values(data, "prefilled"),
        resting=_values(data, "resting"),
        previous={key: c.previous for key, c in cells.items() if c.previous is not None},
        open_warnings=_stale(data),
        spot=data.spot_check,
        drafts=dict(drafts),
        notes=dict(data.notes),
        replies={key: dict(said) for key, said in data.follow_ups.items()},
        is_read_only=data.is_read_only,
    )


def engine(data: SheetData) -> Engine:
    """Return the domain's functions bound to this month's form and policy."""
    return Engine(
        asked=lambda facts: form.asked_questions(data.form, facts, data.policy),
        options=partial(_options, data),
        findings=lambda facts: rules.evaluate(_with_income(data, facts), data.form, data.policy),
        problem=lambda facts, key, value: form.problem(data.form, facts, data.policy, key, value),
        parse=lambda question, text: form.parse_answer(question, text, data.facts.as_of),
    )


def remarks(data: SheetData) -> dict[AnswerKey, str]:
    """Return the township's remarks as lines for the fields."""
    return {
        key: f"镇里退回 {remark.by} {remark.at:%m-%d}：{remark.text}"
        for key, remark in data.remarks.items()
    }


def missing_sentence(shown: Board, missing: Sequence[AnswerKey]) -> str:
    """Return message 401 for the line 小结."""
    if all(shown.lacks_note(key) for key in missing):
        return f"{shown.note_problem(missing[0])}。填好的都已保存。按 Enter 去写。"
    names = list(dict.fromkeys(shown.question(key).short for key in missing))
    listed = "、".join(names[:4]) + ("…" if len(names) > 4 else "")
    return f"还有{len(missing)}题没答：{listed}。填好的都已保存。按 Enter 去第一题。"


def income_sentence(shown: Board, data: SheetData) -> str:
    """Return the one line of arithmetic about the income, with the answers on the screen."""
    now, figures = income_window.renewed(shown.facts_with({}), data.income_months)
    return income_line(now, data.policy, figures).sentence


def reload(shown: Board, data: SheetData) -> None:
    """Take over cells that another answer has changed: the worksheet keeps amounts in step."""
    shown.values = _values(data, "given")
    shown.offers = _values(data, "prefilled")
    shown.resting = _values(data, "resting")
    shown.recompute()


def proposal_lines(shown: Board, proposals: Iterable[Proposal]) -> list[str]:
    """Return what the answers suggest for the roster, one line a change."""
    names = {member.id: member.name for member in shown.facts.members}
    return [
        f"{names.get(p.member_id, '')} {p.label}："
        f"{_roster_words(p.field, p.old)} → {_roster_words(p.field, p.new)}"
        for p in proposals
    ]


def _roster_words(field: str, stored: str) -> str:
    if field not in LABELS:
        return stored or "空"
    return "、".join(label(field, key) for key in stored.split(",") if key) or "空"


def _with_income(data: SheetData, facts: Facts) -> Facts:
    return income_window.renewed(facts, data.income_months)[0]


def _stale(data: SheetData) -> frozenset[AnswerKey]:
    """Return the questions with a warning from an earlier month (P-0); this month's own is new."""
    period = str(data.period)
    return frozenset(
        (warning.code, warning.member_id)
        for warning in data.facts.open_warnings
        if warning.code in data.form.by_code and warning.opened_in != period
    )


def _options(data: SheetData, facts: Facts, key: AnswerKey) -> Sequence[Option]:
    question: Question = data.form.question(key[0])
    if all(option.only_when is None for option in question.options):
        return question.options
    home = HouseholdView(facts, data.policy)
    member = next((one for one in home.members if one.id == key[1]), None)
    return [
        option
        for option in question.options
        if option.only_when is None or option.only_when(home, member, None)
    ]


def _values(data: SheetData, origin: str) -> dict[AnswerKey, AnswerValue]:
    return {
        key: cell.value
        for key, cell in data.cells.items()
        if cell.origin == origin and cell.value is not None
    }
