"""The dialog of one step: asks for exactly what it needs, says at the field what is wrong.

It serves every life cycle: the fields come from ``needs``, the choices from ``StepAsk``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QFormLayout, QLabel, QVBoxLayout, QWidget

from app.errors import AppError
from app.ops.attachments import Thing
from app.ops.lives import DATA_LABELS, Action, StepInput
from app.ops.proofs import PHOTO
from app.ui.attachments.paper_field import PaperField
from app.ui.attachments.proof_field import ProofField
from app.ui.enter_key import go_on
from app.ui.form_frame import frame
from app.ui.page import Desk
from app.ui.parts import button, plain
from app.ui.review.remark_field import RemarkField
from app.ui.review.step_fields import (
    Choice,
    ChoiceField,
    DayField,
    Field,
    MoneyField,
    NoteField,
    NumberField,
    OrderedField,
    TextField,
    problem_label,
)
from app.ui.review.submit import Submit

Editor = Field | ProofField | PaperField | RemarkField
ON, NOTE, PROOF = "on", "note", "proof"
_NUMBERS = frozenset({"present", "votes_yes", "votes_no", "votes_abstain"})
_MONEY = frozenset({"per_capita", "amount", "amount_paid"})
_ORDERED = frozenset({"causes"})
WORDS: Mapping[str, str] = {
    **DATA_LABELS,
    ON: "办理日期",
    "effective_on": "发生日期",
    "cause_note": "其他原因写明",
    "objections_settled": "异议怎么处理的",
    "explanation": "数据疑点说明",
    "amount_paid": "实际金额",
    "departments": "配合部门（用、隔开）",
    PHOTO: "照片",
}


@dataclass(frozen=True, slots=True)
class StepAsk:
    """What a dialog asks. ``choices``: by name; those in ``open_ones`` take other words too.

    ``extra`` is needed beyond what the table says, ``optional`` may stay empty; ``hidden``: day
    or note that this thing has no place for; ``words``: other words for fields; ``editors`` make
    fields that are more than a line: for photos, for papers, for a ready remark.
    """

    action: Action
    sentence: str
    today: date
    choices: Mapping[str, tuple[Choice, ...]] = field(default_factory=dict)
    open_ones: frozenset[str] = frozenset()
    defaults: Mapping[str, str] = field(default_factory=dict)
    extra: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    hidden: frozenset[str] = frozenset()
    words: Mapping[str, str] = field(default_factory=dict)
    editors: Mapping[str, Callable[[], ProofField | PaperField | RemarkField]] = field(
        default_factory=dict
    )

    def word(self, name: str) -> str:
        """Return the words that stand before a field."""
        return self.words.get(name) or WORDS.get(name, name)

    @property
    def needed(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys([*self.action.needs, *self.extra]))


class StepForm(QDialog):
    """Stays open until the step is taken; a refusal stands at its field."""

    def __init__(self, parent: QWidget | None, ask: StepAsk, submit: Submit) -> None:
        super().__init__(parent)
        self.ask, self._submit = ask, submit
        self.setWindowTitle(ask.action.label)
        self.fields: dict[str, Editor] = {}
        self.problems: dict[str, QLabel] = {}
        self.problem = problem_label()
        self._form = QFormLayout()
        self._form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        for name in self._names():
            self._add(name)
        if ON in self.fields and not ask.defaults.get(ON):
            self.fields[ON].set_value(ask.today.isoformat())
        leave = button("先不办", self.reject)
        take = button(ask.action.label, self.accept, primary=True)
        frame(self, [plain(ask.sentence)], self._form, self.problem, (leave, take))
        next(iter(self.fields.values())).setFocus()

    def given(self) -> StepInput:
        """Return what was entered.

        Raises:
            FieldError: a field cannot be read.
        """
        values: dict[str, str] = {}
        for name, editor in self.fields.items():
            try:
                values[name] = editor.value()
            except ValueError as error:
                raise FieldError(name, str(error)) from error
        note, on = values.pop(NOTE, ""), values.pop(ON, "")
        day = date.fromisoformat(on) if on else None
        return StepInput(note, day, {name: text for name, text in values.items() if text})

    def accept(self) -> None:
        """Take the step, or say what is missing or refused."""
        self._clear()
        try:
            given = self.given()
        except FieldError as error:
            self._show_problem(error.name, error.reason)
            return
        missing = [name for name in self.ask.needed if not given.get(name)]
        for name in reversed(missing):
            self._show_problem(name, f"请填{self.ask.word(name)}。")
        if missing:
            return
        refusal = self._submit(given)
        if refusal is None:
            super().accept()
        else:
            self._show_refusal(refusal)

    def _names(self) -> list[str]:
        names = [n for n in (*self.ask.needed, *self.ask.optional) if n != NOTE]
        every = dict.fromkeys([*names, ON, NOTE])
        return [name for name in every if name not in self.ask.hidden]

    def _add(self, name: str) -> None:
        editor = self._editor(name)
        default = self.ask.defaults.get(name, "")
        if default:
            editor.set_value(default)
        self.fields[name] = editor
        word = self.ask.word(name)
        problem = self.problems[name] = problem_label()
        cell = QWidget()
        column = QVBoxLayout(cell)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        editor.setAccessibleName(word)
        column.addWidget(editor)
        column.addWidget(problem)
        is_needed = name in self.ask.needed or name == ON
        self._form.addRow(word if is_needed else f"{word}（可空）", cell)

    def _editor(self, name: str) -> Editor:
        made = self.ask.editors.get(name)
        return self._joined(made()) if made is not None else self._line(name)

    def _line(self, name: str) -> Field:
        choices = self.ask.choices.get(name)
        if name in _ORDERED and choices is not None:
            return OrderedField(choices, "空格勾选，先勾的是主要的")
        if choices is not None:
            return ChoiceField(choices, is_open=name in self.ask.open_ones)
        if name == NOTE:
            note = NoteField()
            note.entered.connect(self.accept)
            return note
        if name == ON or name.endswith("_on"):
            return DayField(self.ask.today)
        if name in _NUMBERS:
            return NumberField()
        return MoneyField() if name in _MONEY else TextField()

    def _joined(self, editor: ProofField | PaperField | RemarkField) -> Editor:
        """Let a field that knows when nothing more is to be said lead on."""
        if isinstance(editor, RemarkField):
            editor.given.connect(lambda _text: self.accept())
            editor.left.connect(self.reject)
            editor.start({})
        elif isinstance(editor, ProofField):
            editor.entered.connect(lambda: self._leave(editor))
        return editor

    def _leave(self, editor: Editor) -> None:
        following = list(self.fields.values())
        for after in following[following.index(editor) + 1 :][:1]:
            after.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not go_on(event, list(self.fields.values()), self.accept):
            super().keyPressEvent(event)

    def _clear(self) -> None:
        for label in (*self.problems.values(), self.problem):
            label.hide()

    def _show_problem(self, name: str, text: str) -> None:
        label = self.problems.get(name, self.problem)
        label.setText(text)
        label.show()
        editor = self.fields.get(name)
        if editor is not None:
            editor.setFocus()

    def _show_refusal(self, error: AppError) -> None:
        """Put a refusal at the field that it names, else below all fields."""
        spoken = str(error.facts.get("field", ""))
        named = (n for n in self.fields if n == spoken or self.ask.word(n).startswith(spoken))
        name = next(named, "") if spoken else ""
        if not name and "on" in error.facts:
            day = str(error.facts["on"])
            name = next((n for n in self.fields if self._text(n) == day), ON)
        self._show_problem(name, error.sentence())

    def _text(self, name: str) -> str:
        try:
            return self.fields[name].value()
        except ValueError:
            return ""


class FieldError(ValueError):
    """What stands in a field cannot be read."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(reason)
        self.name, self.reason = name, reason


def with_defaults(ask: StepAsk, **defaults: str) -> StepAsk:
    """Return the same question with further values filled in."""
    return replace(ask, defaults={**ask.defaults, **defaults})


def with_photos(ask: StepAsk, desk: Desk, things: Sequence[Thing]) -> StepAsk:
    """Return the same question with the field for photos, empty or not where none is needed."""
    asked = ask.optional if PHOTO in ask.needed else (*ask.optional, PHOTO)
    return _with_editor(replace(ask, optional=asked), PHOTO, lambda: ProofField(desk, things))


def with_papers(ask: StepAsk, desk: Desk, things: Sequence[Thing]) -> StepAsk:
    """Return the same question whose proof may be a photo or scan too."""
    return _with_editor(ask, PROOF, lambda: PaperField(desk, things, TextField()))


def with_remarks(ask: StepAsk) -> StepAsk:
    """Return the same question whose note offers the ready remarks."""
    return _with_editor(ask, NOTE, RemarkField)


def _with_editor(
    ask: StepAsk, name: str, make: Callable[[], ProofField | PaperField | RemarkField]
) -> StepAsk:
    return replace(ask, editors={**ask.editors, name: make})
