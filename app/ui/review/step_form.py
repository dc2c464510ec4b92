"""The dialog of one step: asks for exactly what it needs, says at the field what is wrong.

It serves every life cycle: the fields come from ``needs``, the choices from ``StepAsk``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from PySide6.QtWidgets import (
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.errors import AppError
from app.ops.lives import DATA_LABELS, Action, StepInput
from app.ops.proofs import PHOTO
from app.ui.attachments.proof_field import ProofField
from app.ui.parts import button, give_size, plain
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

ON = "on"
NOTE = "note"
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
    or note that this thing has no place for; ``words``: other words for fields; ``proof`` makes
    the field for photos.
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
    proof: Callable[[], ProofField] | None = None

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
        self.fields: dict[str, Field | ProofField] = {}
        self.problems: dict[str, QLabel] = {}
        self.problem = problem_label()
        self._form = QFormLayout()
        self._form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        for name in self._names():
            self._add(name)
        self._arrange()

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
        proof = self.ask.proof if name == PHOTO else None
        editor = proof() if proof is not None else self._editor(name)
        default = self.ask.defaults.get(name, "")
        if default:
            editor.set_value(default)
        self.fields[name] = editor
        word = self.ask.word(name)
        problem = self.problems[name] = problem_label()
        problem.hide()
        cell = QWidget()
        column = QVBoxLayout(cell)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        editor.setAccessibleName(word)
        column.addWidget(editor)
        column.addWidget(problem)
        is_needed = name in self.ask.needed or name == ON
        self._form.addRow(word if is_needed else f"{word}（可空）", cell)

    def _editor(self, name: str) -> Field:
        choices = self.ask.choices.get(name)
        if name in _ORDERED and choices is not None:
            return OrderedField(choices)
        if choices is not None:
            return ChoiceField(choices, is_open=name in self.ask.open_ones)
        if name == NOTE:
            made = NoteField()
            made.entered.connect(self.accept)
            return made
        if name == ON or name.endswith("_on"):
            return DayField(self.ask.today)
        if name in _NUMBERS:
            return NumberField()
        return MoneyField() if name in _MONEY else TextField()

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

    def _arrange(self) -> None:
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 8, 0)
        column.addLayout(self._form)
        column.addStretch()
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(inner)
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(button("先不办", self.reject))
        row.addWidget(button(self.ask.action.label, self.accept, primary=True))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(10)
        layout.addWidget(plain(self.ask.sentence))
        layout.addWidget(area, 1)
        layout.addWidget(self.problem)
        layout.addLayout(row)
        self.problem.hide()
        if ON in self.fields and not self.ask.defaults.get(ON):
            self.fields[ON].set_value(self.ask.today.isoformat())
        give_size(self, 40, 10 + 3 * len(self.fields) + (6 if PHOTO in self.fields else 0))
        next(iter(self.fields.values())).setFocus()


class FieldError(ValueError):
    """What stands in a field cannot be read."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(reason)
        self.name, self.reason = name, reason


def with_defaults(ask: StepAsk, **defaults: str) -> StepAsk:
    """Return the same question with further values filled in."""
    return replace(ask, defaults={**ask.defaults, **defaults})


def run(
    parent: QWidget | None, ask: StepAsk, submit: Callable[[StepInput], AppError | None]
) -> bool:
    """Show the dialog; tell whether the step was taken."""
    return bool(StepForm(parent, ask, submit).exec())
