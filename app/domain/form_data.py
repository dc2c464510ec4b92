"""Builds a FormDef from the tables of a catalogue file; refuses the whole file on any fault."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from app.domain.catalogue import (
    Chapter,
    FollowUp,
    FormDef,
    HeadStrip,
    MenuItem,
    Option,
    Question,
    SeverityWhen,
    SpecialAnswer,
)
from app.domain.condition_names import NAMES, answer_name, parameter_names
from app.domain.expressions import Compiled, Name
from app.domain.household import NOTHING, AnswerValue
from app.domain.labels import LABELS
from app.domain.period import Period
from app.domain.reader import TableReader

_TYPES = ("choice", "multi", "money", "number", "date", "text")
_PREFILL = ("look", "event", "carry", "rolling", "pattern", "roster")
_LEVELS = ("none", "yellow", "orange", "red", "combined")
_DIGITS = "1234567890"
_VALUE_KINDS = {"choice": "text", "multi": "texts", "money": "number", "number": "number"}


def parse_form(data: Mapping[str, Any], file: str) -> FormDef:
    """Return the form of a file's tables.

    Raises:
        CatalogueError: names the file, the question and the reason.
    """
    top = TableReader(data, file, "表头")
    key, valid_from = top.text("key"), top.text("valid_from")
    try:
        Period.parse(valid_from)
    except ValueError as error:
        top.fail(f"valid_from：{error}")
    departments = top.words("departments")
    due_days = _due_days(top, "default_due_days")
    no_special, not_read = top.words("no_special"), top.mapping("not_read_aloud")
    specials = tuple(_special(table) for table in top.tables("special_answers", _code_of))
    head = TableReader(top.raw("head"), file, "本次走访")
    chapters = top.tables("chapters", _code_of)
    tables = top.tables("questions", _code_of)
    top.finish()
    names = _question_names(data)
    questions = [
        replace(question, specials=_specials_of(question, specials, no_special))
        for question in (_question(table, names) for table in tables)
    ]
    by_code = {question.code: question for question in questions}
    if len(by_code) != len(questions):
        top.fail("题号重复")
    head_questions = _codes(head, head.words("questions"), by_code)
    strip = HeadStrip(head.text("label"), head.text("keys"), head.text("makes"), head_questions)
    head.finish()
    built = tuple(_chapter(table, questions, head_questions) for table in chapters)
    _check_questions(questions, built, departments, file)
    in_order = (*head_questions, *(q for chapter in built for q in chapter.questions))
    return FormDef(
        key=key,
        valid_from=valid_from,
        chapters=built,
        head=strip,
        questions=in_order,
        special_answers=specials,
        no_special=no_special,
        not_read_aloud=not_read,
        default_due_days=due_days,
        departments=departments,
        by_code=by_code,
        noted=frozenset(q.code for q in in_order if any(o.needs_note for o in q.options)),
        judged=tuple(question for question in in_order if question.can_fall_short),
    )


def _code_of(table: Mapping[str, Any]) -> str:
    return str(table.get("code") or table.get("key") or table.get("digit") or "")


def _question_names(data: Mapping[str, Any]) -> dict[str, Name]:
    """Names of all conditions: the fixed ones, parameters, and the household answers (HS_02)."""
    names = dict(NAMES) | parameter_names()
    for question in data.get("questions", []):
        kind = _VALUE_KINDS.get(str(question.get("type")))
        if kind and question.get("scope") == "household":
            code = str(question.get("code"))
            names[code.replace("-", "_")] = answer_name(code, kind, _option_keys(question))
    return names


def _option_keys(question: Mapping[str, Any]) -> list[str] | None:
    options = question.get("options")
    return [str(option.get("key")) for option in options] if isinstance(options, list) else None


def _special(table: TableReader) -> SpecialAnswer:
    special = SpecialAnswer(
        key=table.one_of("key", tuple(LABELS["special_answer"])),
        label=table.text("label"),
        digit=table.one_of("digit", tuple(_DIGITS)),
        effect=table.text("effect"),
        chapters=table.words("chapters"),
        types=table.words("types"),
        codes=table.words("codes"),
        partial_codes=table.words("partial_codes"),
    )
    table.finish()
    return special


def _specials_of(
    question: Question, specials: tuple[SpecialAnswer, ...], none_of: tuple[str, ...]
) -> tuple[str, ...]:
    """Special answers that a question takes: limited to chapters, to types, or to codes."""
    if question.code in none_of:
        return ()
    return tuple(
        special.key
        for special in specials
        if not (special.chapters or special.types or special.codes)
        or question.chapter in special.chapters
        or question.type in special.types
        or question.code in special.codes
    )


def _codes(
    table: TableReader, codes: tuple[str, ...], by_code: Mapping[str, Question]
) -> tuple[Question, ...]:
    unknown = [code for code in codes if code not in by_code]
    if unknown:
        table.fail(f"没有题目 {'、'.join(unknown)}")
    return tuple(by_code[code] for code in codes)


def _chapter(table: TableReader, questions: list[Question], head: tuple[Question, ...]) -> Chapter:
    code = table.text("code")
    own = tuple(q for q in questions if q.chapter == code and q not in head)
    lead = table.words("lead")
    _codes(table, lead, {question.code: question for question in own})
    chapter = Chapter(
        code=code,
        label=table.text("label"),
        order=table.whole("order"),
        key=table.one_of("key", ("lead", "plus", "zero")),
        lead=lead,
        lead_ask=table.text("lead_ask", ""),
        good=table.text("good", ""),
        other=table.text("other", ""),
        questions=own,
    )
    table.finish()
    return chapter


def _question(table: TableReader, names: Mapping[str, Name]) -> Question:
    code, kind = table.text("code"), table.one_of("type", _TYPES)
    scope = table.one_of("scope", ("household", "member"))
    options = tuple(_option(item, names, scope) for item in table.tables("options", _code_of))
    own = dict(names)
    if kind in _VALUE_KINDS:
        choices = frozenset(option.key for option in options) if options else None
        own["value"] = Name(lambda _h, _m, v: v, _VALUE_KINDS[kind], choices=choices)
    asked = _must(table, table.condition("asked_when", own))
    _check_scope(table, asked, scope)
    question = Question(
        code=code,
        chapter=table.text("chapter"),
        label=table.text("label"),
        scope=scope,
        type=kind,
        required=table.flag("required"),
        prefill=table.one_of("prefill", _PREFILL),
        asked_when=asked.run,
        asked_words=table.text("asked_words"),
        short=table.text("short"),
        ask=table.text("ask", ""),
        options=options,
        default=_default(table, kind, options),
        empty_label=table.text("empty_label", ""),
        department=table.text("department"),
        help=table.text("help"),
        photo=table.flag("photo"),
        menu=_menu(table, options),
        always=asked.text == "True",
        looks_at=_answers_in(asked.names),
        by_key={option.key: option for option in options},
    )
    question = _with_words(table, _with_judgement(table, question, own))
    table.finish()
    return question


def _with_judgement(table: TableReader, question: Question, names: Mapping[str, Name]) -> Question:
    """Add what decides severities, bounds and days."""
    exempt, minimum = table.condition("exempt", names), table.condition("min_expr", names, "number")
    for condition in filter(None, (exempt, minimum)):
        _check_scope(table, condition, question.scope)
    tables = table.tables("severity_when")
    lines = tuple(_severity_when(item, names, question.scope) for item in tables)
    falls = any(o.severity not in {"none", "combined"} for o in question.options)
    return replace(
        question,
        severity_when=lines,
        exempt=exempt.run if exempt else None,
        min=table.decimal("min"),
        max=table.decimal("max"),
        min_expr=minimum.run if minimum else None,
        max_length=table.whole("max_length", 0),
        due_days=_due_days(table, "due_days"),
        life=table.one_of("life", ("", "coverage", "todo"), ""),
        harmless=_harmless(question.options, lines),
        can_fall_short=bool(lines) or falls,
    )


def _with_words(table: TableReader, question: Question) -> Question:
    """Add what is shown, printed or proposed beside the question."""
    return replace(
        question,
        exempt_words=table.text("exempt_words", ""),
        co_department=table.text("co_department", ""),
        department_by=table.mapping("department_by"),
        ask_every=table.whole("ask_every", 0),
        ask_months=table.wholes("ask_months"),
        unit=table.text("unit", ""),
        roster_field=table.text("roster_field", ""),
        feeds=table.text("feeds", ""),
        sum_of=table.text("sum_of", ""),
        rolling=table.text("rolling", ""),
        derive=table.text("derive", ""),
        lines=table.words("lines"),
        follow_up=_follow_up(table),
        place=table.one_of("place", ("", "head"), ""),
        estimate_flag=table.flag("estimate_flag", False),
        options_silent=table.flag("options_silent", False),
    )


def _harmless(
    options: tuple[Option, ...], lines: tuple[SeverityWhen, ...]
) -> frozenset[AnswerValue]:
    """Most answers are fine: the rules pass over these without looking further."""
    if lines or not options:
        return frozenset(LABELS["special_answer"])
    fine = (option.key for option in options if option.severity == "none")
    return frozenset((*fine, *LABELS["special_answer"], ()))


def _must(table: TableReader, condition: Compiled | None) -> Compiled:
    if condition is None:
        table.fail("缺少 asked_when")
    return condition


def _check_scope(table: TableReader, condition: Compiled, scope: str) -> None:
    """A household question must not ask about "the" member: there is none."""
    personal = [n for n in condition.names if n in NAMES and NAMES[n].member]
    if scope == "household" and personal:
        table.fail(f"户的题目不能用成员的“{'、'.join(sorted(personal))}”（{condition.text}）")


def _answers_in(names: frozenset[str]) -> tuple[str, ...]:
    return tuple(sorted(n.replace("_", "-") for n in names if n[:2].isupper() and n[3:].isdigit()))


def _option(table: TableReader, names: Mapping[str, Name], scope: str) -> Option:
    only_when = table.condition("only_when", names)
    if only_when:
        _check_scope(table, only_when, scope)
    key = table.text("key")
    if key.startswith("_") or ":" in key:
        table.fail(f"选项键不能是“{key}”")
    option = Option(
        key=key,
        label=table.text("label"),
        severity=table.one_of("severity", _LEVELS),
        shown=table.text("shown", ""),
        department=table.text("department", ""),
        co_department=table.text("co_department", ""),
        only_when=only_when.run if only_when else None,
        only_when_words=table.text("only_when_words", ""),
        follow_up=_follow_up(table),
        needs_note=table.flag("needs_note", False),
        watch=table.flag("watch", False),
        not_read=table.flag("not_read", False),
        direction=table.one_of("direction", ("", "in", "out"), ""),
        note=table.text("note", ""),
        writes=table.text("writes", ""),
    )
    table.text("source", "")  # where the severity comes from: for the reader of the file
    table.finish()
    return option


def _severity_when(table: TableReader, names: Mapping[str, Name], scope: str) -> SeverityWhen:
    condition = table.condition("when", names)
    if condition is None:
        table.fail("缺少 when")
    _check_scope(table, condition, scope)
    parameters = tuple(sorted(condition.names & parameter_names().keys()))
    line = SeverityWhen(
        condition.run,
        table.one_of("severity", ("yellow", "orange", "red")),
        parameters,
        _answers_in(condition.names),
    )
    table.finish()
    return line


def _follow_up(table: TableReader) -> FollowUp | None:
    if not table.has("follow_up"):
        return None
    inner = TableReader(table.raw("follow_up"), table.file, f"{table.place} follow_up")
    follow_up = FollowUp(
        inner.words("asks"), inner.words("when"), inner.text("writes", ""),
        inner.mapping("department_by"),
    )  # fmt: skip
    inner.finish()
    return follow_up


def _menu(table: TableReader, options: tuple[Option, ...]) -> tuple[MenuItem, ...]:
    items = []
    for item in table.tables("menu", _code_of):
        keys = {k.text("digit"): (k.text("key"), k.text("say")) for k in item.tables("keys")}
        items.append(MenuItem(item.text("digit"), item.text("say"), item.text("key", ""), keys))
        item.finish()
    offered = {key for item in items for key in (item.key, *(k for k, _ in item.keys.values()))}
    missing = [option.label for option in options if items and option.key not in offered]
    unknown = offered - {option.key for option in options} - {"", "none"}
    if missing or unknown:
        table.fail(f"menu 与选项对不上：{'、'.join((*missing, *sorted(unknown)))}")
    return tuple(items)


def _default(table: TableReader, kind: str, options: tuple[Option, ...]) -> Any:
    value = table.raw("default")
    if value is None:
        return None
    if kind == "choice" and value not in {option.key for option in options}:
        table.fail(f"default 不是选项：{value}")
    if kind == "multi":
        if value != []:
            table.fail("多选题的 default 只能为空")
        return ()
    if kind in {"money", "number"} and not isinstance(value, int):
        table.fail("default 应是整数")
    return Decimal(value) if kind == "money" else value


def _due_days(table: TableReader, name: str) -> Mapping[str, int]:
    days = table.mapping(name)
    for severity, value in days.items():
        if severity not in LABELS["severity"] or not isinstance(value, int) or value < 0:
            table.fail(f"{name} 应是级别和天数")
    return days or NOTHING


def _check_questions(
    questions: list[Question],
    chapters: tuple[Chapter, ...],
    departments: tuple[str, ...],
    file: str,
) -> None:
    known = {chapter.code for chapter in chapters}
    for question in questions:
        at = TableReader({}, file, question.code)
        if question.chapter not in known:
            at.fail(f"没有“{question.chapter}”这一章")
        if question.type in {"choice", "multi"} and len(question.by_key) != len(question.options):
            at.fail("选项键重复")
        if (question.type in {"choice", "multi"}) != bool(question.options):
            at.fail("选项与题型对不上")
        names = {
            question.department,
            *(o.department or question.department for o in question.options),
        }
        if not names <= set(departments):
            at.fail(f"没有这个部门：{'、'.join(sorted(names - set(departments)))}")
