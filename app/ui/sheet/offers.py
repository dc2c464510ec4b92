"""What a row or a closed bar offers now, from the board alone."""

from app.domain import open_answer
from app.domain.form import AnswerKey, Chapter, Question
from app.ui.sheet import choices
from app.ui.sheet.board import NOT_SEEN, Board, Key
from app.ui.sheet.choices import Choice, Does

# Steps of the reply to an open warning (P-0).
WORSE, SOLVED, SOLVED_VALUE = "worse", "solved", "solved-value"
NOTE = "note"  # what an option is that says nothing by itself (注明)
WORDINGS = ((SOLVED,), (NOTE,))
TYPED = frozenset({"money", "number", "date", "text"})


def field_kind(question: Question) -> str:
    """Return ``choice`` or the kind of text field a question needs."""
    return question.type if question.type in TYPED else "choice"


def is_stale(board: Board, key: AnswerKey) -> bool:
    """True while an open warning of last month is to be asked after (P-0)."""
    return key in board.open_warnings and key not in board.values


def accepts_text(board: Board, key: AnswerKey, path: tuple[str, ...]) -> bool:
    """True where figures, a date or words are typed instead of a digit chosen."""
    if path in WORDINGS:
        return True
    if board.question(key).type not in TYPED or board.is_unseen(key):
        return False
    return not is_stale(board, key) or bool(path)


def row_choices(board: Board, key: AnswerKey, path: tuple[str, ...]) -> tuple[Choice, ...]:
    """Return the digits of one row; ``path`` is how far its second step is open."""
    question = board.question(key)
    if board.is_unseen(key):
        specials = choices.special_choices(board.form, question)
        return tuple(choice for choice in specials if choice.value == NOT_SEEN)
    if is_stale(board, key) and not path:
        return choices.STILL_OPEN
    step = path[-1] if path and path[-1] not in (WORSE, SOLVED, SOLVED_VALUE) else ""
    if step.startswith("who:"):
        return choices.member_choices(board.present(), step.removeprefix("who:"))
    if question.menu:
        return choices.menu_choices(question, step)
    offered = board.options(key)
    reported = board.previous.get(key)
    if path == (WORSE,) and question.type == "choice" and reported is not None:
        graver = open_answer.worse_options(question, reported)
        offered = [option for option in offered if option in graver]
    return choices.option_choices(question, offered)


def is_joint_lead(board: Board, chapter: Chapter) -> bool:
    """True if the lead asks several people or several questions in one line."""
    lead = [board.form.question(code) for code in chapter.lead]
    return len(lead) > 1 or any(question.scope == "member" for question in lead)


def bar_choices(board: Board, chapter: Chapter) -> tuple[Choice, ...]:
    """Return the digits of a closed bar: the lead question's, or the spot check's."""
    kind, rows = board.key_of(chapter), board.rows(chapter.code)
    if kind is Key.LEAD and is_joint_lead(board, chapter):
        return (
            Choice("1", chapter.good or "都好", Does.ALL_GOOD),
            Choice("2", chapter.other.partition("→")[0] or "有变化", Does.LOOK),
        )
    if kind is Key.LEAD:
        return row_choices(board, board.lead_rows(chapter)[0], ())
    spot = board.spot_row(chapter)
    if kind is Key.SPOT and spot is not None:
        return row_choices(board, spot, ())
    if kind is Key.ZERO and rows:
        return row_choices(board, rows[0], ())
    return ()
