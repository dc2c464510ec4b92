"""From the controller's state to the words that bars, rows and hints show. No widgets."""

import re
from collections.abc import Collection, Iterable, Mapping

from app.domain.follow_up import asks_of
from app.domain.form import AnswerKey, AnswerValue, Chapter
from app.domain.household import Finding
from app.ui.colours import severity_rank
from app.ui.sheet import offers, words
from app.ui.sheet.bar_view import BarText
from app.ui.sheet.board import END, STRIP, Board, Key
from app.ui.sheet.controller import SheetController
from app.ui.sheet.row_view import RowText

CHAPTER_NAMES: Mapping[str, str] = {
    "ED": "教育", "MD": "医疗", "HS": "住房", "WT": "饮水", "LV": "生活",
    "CY": "产业", "SS": "社保", "EV": "突发", "BF": "帮扶",
}  # fmt: skip
_ADVICE = re.compile("^（[^）]*）")  # how to look; only the open row has room for it
_MANY = 5  # so many options are read out on a bar, the rest in the open row


def chapter_name(chapter: Chapter) -> str:
    """Return the short name of a chapter, two characters where there is one."""
    return CHAPTER_NAMES.get(chapter.code, chapter.label)


def bar_text(
    controller: SheetController, chapter: Chapter, returned: Collection[AnswerKey] = ()
) -> BarText:
    """Return what one bar says now."""
    board = controller.board
    rows = board.rows(chapter.code)
    is_current = controller.place.chapter == chapter.code
    if not rows:
        return BarText(chapter.code, chapter_name(chapter), "本户不问", "", "none", is_current)
    kind = board.key_of(chapter)
    given = sum(key in board.values for key in rows)
    done = board.is_done(chapter.code)
    state = "done" if done else "partial" if given else "idle"
    key = "+" if kind is Key.PLUS and not done else ""
    is_open = is_current and controller.place.key is not None
    back = "【镇退回】" if any(key in returned for key in rows) else ""
    return BarText(
        chapter.code,
        chapter_name(chapter),
        back + _bar_words(controller, chapter, kind),
        key,
        state,
        is_current and not is_open,
        is_open,
        _worst(finding for finding in controller.findings if _is_in(finding, chapter, board)),
    )


def _bar_words(controller: SheetController, chapter: Chapter, kind: Key) -> str:
    board = controller.board
    if board.is_done(chapter.code):
        carried = "沿用：" if board.rests(chapter.code) else ""
        return f"{carried}{chapter_summary(board, chapter)}"
    asking = _asking(controller, chapter, kind)
    if asking:
        choices = offers.bar_choices(controller.board, chapter)
        listed = " ".join(f"{choice.digit}{choice.text}" for choice in choices[:_MANY])
        more = "…" if len(choices) > _MANY else ""
        return f"{_ADVICE.sub('', asking)} {listed}{more}"
    waiting = [key for key in board.rows(chapter.code) if board.needs(key)]
    todo = "、".join(dict.fromkeys(board.question(key).short for key in waiting))
    shown = chapter_summary(board, chapter)
    return " · ".join(part for part in (shown, f"待答：{todo}" if todo else "") if part)


def _asking(controller: SheetController, chapter: Chapter, kind: Key) -> str:
    """Return the question a closed bar reads out, "" where `+` does."""
    board = controller.board
    rows = board.rows(chapter.code)
    lead, spot = board.lead_rows(chapter), board.spot_row(chapter)
    if kind is Key.LEAD and not all(key in board.values for key in lead):
        if offers.is_joint_lead(board, chapter):
            return chapter.lead_ask or board.question(lead[0]).spoken
        return spoken(board, lead[0])
    if kind is Key.SPOT and spot is not None:
        return f"抽题：{spoken(board, spot)}"
    if kind is Key.ZERO and rows[0] not in board.values:
        return board.question(rows[0]).spoken
    return ""


def chapter_summary(board: Board, chapter: Chapter) -> str:
    """Return the given and offered answers of a chapter on one line."""
    groups: dict[str, list[str]] = {}
    for key in board.rows(chapter.code):
        value = board.shown(key)
        if value is not None:
            text = words.value_text(board.form, board.question(key), value, board.facts.members)
            groups.setdefault(key[0], []).append(text)
    pairs = ((board.form.question(code), tuple(texts)) for code, texts in groups.items())
    return words.summary(pairs)


def spoken(board: Board, key: AnswerKey) -> str:
    """Return the question as it is read out; an open warning is asked after first."""
    question = board.question(key)
    before = board.previous.get(key)
    if key in board.open_warnings and key not in board.values and before is not None:
        text = words.value_text(board.form, question, before, board.facts.members)
        return f"上月报的“{text}”现在怎样？"
    return question.spoken


def row_text(controller: SheetController, key: AnswerKey, remark: str, with_help: bool) -> RowText:
    """Return what one row of the open chapter shows."""
    board = controller.board
    question, member = board.question(key), board.member(key)
    is_current = key == controller.place.key
    name = f"{member.name} " if member else ""
    value = board.shown(key)
    typing = is_current and controller.is_typing()
    wording = is_current and controller.is_wording()
    return RowText(
        key=key,
        short=f"{name}{question.short}",
        spoken=f"{name}{_stage(controller, key) or spoken(board, key)}",
        previous=_previous(board, key),
        value="" if value is None or wording else _value_text(board, key, value),
        status=board.status(key),
        is_needed=board.needs(key),
        is_current=is_current,
        choices=controller.choices(key) if is_current and not typing else (),
        chosen=_chosen(board, key),
        field=controller.field_kind(key) if typing else "",
        typed=controller.typed if typing else "",
        problem=controller.problem if is_current else "",
        severity=_worst(finding for finding in controller.findings if key in finding.fields),
        remark=remark,
        note=board.notes.get(key, ""),
        photos=board.photos.get(key, 0),
        help=question.help if is_current and with_help else "",
    )


def _value_text(board: Board, key: AnswerKey, value: AnswerValue) -> str:
    """Return an answer with what was said after it: ``辍学（上月、打工）``."""
    question, said = board.question(key), board.replies.get(key, {})
    text = words.value_text(board.form, question, value, board.facts.members)
    names = {member.id: member.name for member in board.facts.members}
    parts = [
        dict(ask.choices).get(said[ask.name]) or names.get(said[ask.name], said[ask.name])
        for ask in asks_of(question, value)
        if ask.name in said
    ]
    return f"{text}（{'、'.join(parts)}）" if parts else text


def _stage(controller: SheetController, key: AnswerKey) -> str:
    """Return what is asked in the second step of a reply to an open warning."""
    if key != controller.place.key:
        return ""
    if controller.ask is not None:
        return f"{controller.ask.label}？"
    if not controller.path:
        return ""
    if controller.path == (offers.NOTE,):
        return f"{controller.board.note_problem(key)}（写几句，按 Enter）"
    kind, _, option_key = controller.path[-1].partition(":")
    option = controller.board.question(key).by_key.get(option_key)
    if kind == "who" and option is not None:
        return f"{option.text}：哪一位？"
    return {
        offers.WORSE: "加重了，现在是哪一种？",
        offers.SOLVED: "怎么解决的？（写几句，按 Enter）",
        offers.SOLVED_VALUE: "现在的答案是？",
    }.get(controller.path[0], "")


def end_text(controller: SheetController, sentence: str) -> BarText:
    """Return the bar 小结."""
    board = controller.board
    asked = [chapter for chapter in board.form.chapters if board.rows(chapter.code)]
    done = sum(board.is_done(chapter.code) for chapter in asked)
    missing = len(board.missing())
    facts = f"{len(asked)}章已看{done}章 · 提示{len(controller.findings)}条 · 待答{missing}"
    here = controller.place.chapter == END
    state = "done" if not missing else "idle"
    return BarText(END, "小结", sentence or facts, "Enter 提交", state, here)


def strip_text(controller: SheetController, today: str, who: str) -> BarText:
    """Return the strip 本次走访: whom did you meet."""
    board = controller.board
    people = board.present()
    here = controller.place.chapter == STRIP
    visit = f"{today} {who}".strip()
    if here and controller.path:
        digits = "".join(controller.path[1:])
        return BarText(STRIP, "走访", f"几号成员？两位序号：{digits}_", visit, "idle", here)
    if board.way():
        way = words.value_text(board.form, board.form.question("BF-03"), board.way())
        return BarText(STRIP, "走访", way, visit, "done", here)
    shown = people if len(people) <= 6 else people[:5]
    names = " ".join(f"{number}{person.name}" for number, person in enumerate(shown, 1))
    more = " 6其他成员…" if len(people) > 6 else ""
    ways = "7电话 8代述 9没见到 0拒访"
    return BarText(STRIP, "走访", f"见到谁？ {names}{more} {ways}", visit, "idle", here)


def _previous(board: Board, key: AnswerKey) -> str:
    """Last month's answer; never for the spot check, which is to be asked freshly."""
    value = board.previous.get(key)
    if value is None or (key == board.spot and key not in board.values):
        return ""
    return words.value_text(board.form, board.question(key), value, board.facts.members)


def _chosen(board: Board, key: AnswerKey) -> frozenset[str]:
    value = board.values.get(key)
    if value is None:
        return frozenset()
    if isinstance(value, tuple):
        return frozenset(value) | frozenset({str(value)} if not value else ())
    return frozenset({str(value)})


def _is_in(finding: Finding, chapter: Chapter, board: Board) -> bool:
    return any(
        board.form.question(code).chapter == chapter.code for code, _member in finding.fields
    )


def _worst(findings: Iterable[Finding]) -> str:
    return max((f.severity for f in findings), key=severity_rank, default="none")
