"""One guided change: exactly what it needs, in one dialog, refusals at the field."""

import json
from collections.abc import Container, Sequence
from datetime import date

from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QFormLayout, QVBoxLayout, QWidget

from app.domain import natural_change as domain
from app.domain.household import HEAD
from app.domain.labels import LABELS
from app.domain.period import years_between
from app.errors import AppError
from app.ops import changes, roster_view
from app.ops.attachments import Thing
from app.ops.changes import NewChange
from app.ops.items import Item
from app.ops.lives import StepInput
from app.ops.roster_view import HouseholdPage, MemberLine
from app.ui.attachments.paper_field import PaperField
from app.ui.changes.relations import RelationsBox, relation_words
from app.ui.changes.tasks import ChangeTask
from app.ui.enter_key import go_on
from app.ui.form_frame import frame
from app.ui.page import Desk
from app.ui.parts import button, plain, title, without_input_method
from app.ui.review.step_fields import (
    Choice,
    ChoiceField,
    DayField,
    Field,
    OrderedField,
    TextField,
    problem_label,
)
from app.ui.review.submit import attempt

_WORDS = {
    "member_id": "是谁", "name": "姓名", "relation": "与户主关系", "sex": "性别",
    "birth_date": "出生日期", "id_no": "证件号码（可空，以后补）", "member_ids": "谁分出去",
    "target_household_id": "并到哪一户", "head_id": "新户主", "reason": "原因",
    "effective_on": "发生日期", "proof": "佐证",
}  # fmt: skip
_OPTIONAL = frozenset({"id_no"})
# Words in a refusal that tell which field it is about, the first that is found counts.
_ABOUT = (
    ("户主关系", "relations"), ("新户主", "head_id"), ("户主变更", "head_id"), ("姓名", "name"),
    ("性别", "sex"), ("日期", "effective_on"), ("分出", "member_ids"), ("户主不能", "member_ids"),
    ("并到", "target_household_id"), ("是谁", "member_id"), ("原因", "reason"),
)  # fmt: skip
_HEAD_REASON = {"death": "death", "marry_out": "marry_out"}


class ChangeForm(QDialog):
    """Reports a change. With ``known`` it completes one that is there already (from EV-03)."""

    def __init__(
        self,
        parent: QWidget | None,
        desk: Desk,
        home: HouseholdPage,
        task: ChangeTask,
        known: Item | None = None,
    ) -> None:
        super().__init__(parent)
        self._desk, self._home, self._task = desk, home, task
        self._change_id = known.item_id if known is not None else ""
        self._state = known.state if known is not None else ""
        self._is_own = known is None  # opened here, so it is taken back when the user leaves
        self._is_head_done = False
        self.setWindowTitle(task.word)
        self._people = [m for m in home.members if m.member_status == "present"]
        self.fields: dict[str, Field | PaperField] = {}
        self.problems = {name: problem_label() for name in (*_WORDS, "relations", "")}
        self._form = QFormLayout()
        self.relations = RelationsBox()
        for name in self._names():
            self._add(name)
        self._arrange()
        self._fill(known)
        self._connect()
        self._ask_relations()

    # ---------------------------------------------------------------- fields
    def _names(self) -> tuple[str, ...]:
        kind = self._task.kind
        if kind == domain.INCREASE and not self._task.is_return:
            own: tuple[str, ...] = ("name", "relation", "sex", "birth_date", "id_no")
        elif kind in (domain.INCREASE, domain.DECREASE):
            own = ("member_id",)
        else:
            own = {
                domain.SPLIT: ("member_ids", "head_id"),
                domain.MERGE: ("target_household_id",),
                domain.HEAD_CHANGE: ("reason", "head_id"),
            }[kind]
        # The head's death asks for the new head in the same dialog.
        extra = ("head_id",) if kind == domain.DECREASE else ()
        proof = () if kind == domain.HEAD_CHANGE else ("proof",)
        return (*own, "effective_on", *proof, *extra)

    def _editor(self, name: str) -> Field | PaperField:
        if name in ("effective_on", "birth_date"):
            return DayField(self._desk.today())
        if name == "proof":
            words = ChoiceField([(w, w) for w in self._task.proofs], is_open=True)
            return PaperField(self._desk, self._things(), words)
        if name == "member_ids":
            return OrderedField([(m.member_id, _who(m)) for m in self._people], "空格勾选")
        choices = self._choices(name)
        if choices is not None:
            return ChoiceField(choices, is_open=name == "relation")
        line = TextField()
        if name == "id_no":
            without_input_method(line)
        return line

    def _things(self) -> list[Thing]:
        """Return what photos hang on; nothing is there before it is reported."""
        return [Thing("natural_change", self._change_id)] if self._change_id else []

    def _choices(self, name: str) -> Sequence[Choice] | None:
        if name == "member_id":
            gone = [m for m in self._home.members if m.member_status != "present"]
            found = gone if self._task.is_return else self._people
            return [(m.member_id, _who(m)) for m in found]
        if name == "head_id":
            return [(m.member_id, _who(m)) for m in self._people]
        if name == "target_household_id":
            lines = self._desk.runner.call(lambda: roster_view.list_households(self._desk.store))
            own = self._home.line.household_id
            return [
                (one.household_id, f"{one.household_no}号 {one.head_name}")
                for one in lines or []
                if one.household_id != own
            ]
        if name == "relation":
            return [(w, w) for w in relation_words()]
        tables = {"sex": LABELS["sex"], "reason": domain.HEAD_REASONS}
        return list(tables[name].items()) if name in tables else None

    def _add(self, name: str) -> None:
        editor = self.fields[name] = self._editor(name)
        editor.setAccessibleName(_WORDS[name])
        cell = QWidget()
        column = QVBoxLayout(cell)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(editor)
        column.addWidget(self.problems[name])
        self._form.addRow(_WORDS[name], cell)

    def _fill(self, known: Item | None) -> None:
        """Put in what is known already; a birth's day is also the day of the change."""
        if known is None:
            return
        details = known.fields.get("details", "")
        values = {**known.fields, **(json.loads(details) if details else {})}
        for name, editor in self.fields.items():
            if values.get(name):
                editor.set_value(str(values[name]))

    def _connect(self) -> None:
        for name in ("member_id", "head_id", "reason", "target_household_id"):
            editor = self.fields.get(name)
            if isinstance(editor, ChoiceField):
                editor.currentIndexChanged.connect(lambda _index: self._ask_relations())
        going = self.fields.get("member_ids")
        if isinstance(going, OrderedField):
            going.list.itemChanged.connect(lambda _item: self._ask_relations())

    # ---------------------------------------------------------------- heads and relations
    def _ask_relations(self) -> None:
        """Show the new head and the relations where they are asked."""
        head = self._value("head_id")
        kind = self._task.kind
        if kind == domain.DECREASE:
            self._form.setRowVisible(self._form.rowCount() - 1, self._needs_head())
        people: list[MemberLine] = []
        if kind == domain.MERGE:
            people = self._people
        elif head and kind == domain.SPLIT:
            going = set(self._value("member_ids").split(","))
            people = [m for m in self._people if m.member_id in going]
        elif head and (kind == domain.HEAD_CHANGE or self._needs_head()):
            people = self._people
        is_dead = "death" in (self._task.reason, self._value("reason"))
        asked = [m for m in people if m.member_id != head and not (is_dead and m.relation == HEAD)]
        self.relations.ask(asked, "和新户主是什么关系，请逐个重新填。")

    def _needs_head(self) -> bool:
        """Tell whether the head goes and somebody of age stays."""
        if self._task.kind != domain.DECREASE or self._is_head_done:
            return False
        who = self._value("member_id")
        is_head = any(m.member_id == who and m.relation == HEAD for m in self._people)
        others = [m for m in self._people if m.member_id != who]
        return is_head and any(_may_be_of_age(m, self._desk.today()) for m in others)

    def _value(self, name: str) -> str:
        editor = self.fields.get(name)
        try:
            return editor.value() if editor is not None else ""
        except ValueError:
            return ""

    # ---------------------------------------------------------------- reporting
    def accept(self) -> None:
        """Report it, or say at the field what is missing or refused."""
        for label in self.problems.values():
            label.hide()
        values: dict[str, str] = {}
        for name, editor in self.fields.items():
            if name == "head_id" and self._task.kind == domain.DECREASE and not self._needs_head():
                continue
            try:
                values[name] = editor.value()
            except ValueError as error:
                self._say(name, str(error))
                return
            if not values[name] and name not in _OPTIONAL:
                self._say(name, f"请填{_WORDS[name]}。")
                return
        missing = self.relations.missing()
        if missing:
            self._say("relations", f"还没有填：{'、'.join(missing)}。")
            return
        refusal = self._report({name: text for name, text in values.items() if text})
        if refusal is None:
            self._hang_photos()
            super().accept()
        else:
            self._say(_about(refusal, self.fields), refusal.sentence())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        fields = [*self.fields.values(), *self.relations.editors.values()]
        if not go_on(event, fields, self.accept):
            super().keyPressEvent(event)

    def _hang_photos(self) -> None:
        proof = self.fields.get("proof")
        if isinstance(proof, PaperField):
            proof.panel.hang_on(self._things())

    def reject(self) -> None:
        """Leave; what was noted here but not reported is taken back."""
        if self._is_own and self._change_id:
            given = StepInput("填写时取消", self._desk.today())
            self._act("withdraw", given)
        super().reject()

    def _report(self, values: dict[str, str]) -> AppError | None:
        head = values.pop("head_id", "")
        relations = json.dumps(self.relations.value(), ensure_ascii=False)
        if head and self._task.kind == domain.DECREASE:
            refusal = self._change_head(head, relations, values["effective_on"])
            if refusal is not None:
                return refusal
        elif head or self.relations.value():
            values |= {"relations": relations} | ({"head_id": head} if head else {})
        if self._task.reason:
            values["reason"] = self._task.reason
        if not self._change_id:
            refusal = self._open()
            if refusal is not None:
                return refusal
        is_head_change = self._task.kind == domain.HEAD_CHANGE
        action = "decide" if is_head_change else "submit"
        action = "resubmit" if self._state == domain.RETURNED else action
        return self._act(action, StepInput("已补充" if action == "resubmit" else "", None, values))

    def _change_head(self, head: str, relations: str, on: str) -> AppError | None:
        """The new head first: the one who goes is the head until then."""
        reason = _HEAD_REASON.get(self._task.reason, "other")
        desk, home = self._desk, self._home.line.household_id
        details = {"head_id": head, "relations": relations}
        new = NewChange(home, domain.HEAD_CHANGE, reason, date.fromisoformat(on), details=details)

        def job() -> object:
            made, _ = changes.open_change(desk.store, desk.actor, new, desk.today())
            given = StepInput("", None)
            try:
                return changes.act_change(
                    desk.store, desk.actor, made.item_id, "decide", given, desk.today()
                )
            except AppError:
                back = StepInput("新户主没有办成")
                changes.act_change(
                    desk.store, desk.actor, made.item_id, "withdraw", back, desk.today()
                )
                raise

        refusal = attempt(desk.runner, job)
        self._is_head_done = refusal is None
        return refusal

    def _open(self) -> AppError | None:
        desk = self._desk
        new = NewChange(self._home.line.household_id, self._task.kind, self._task.reason)

        def job() -> object:
            made, changed = changes.open_change(desk.store, desk.actor, new, desk.today())
            self._change_id = made.item_id
            return changed

        return attempt(desk.runner, job)

    def _act(self, action: str, given: StepInput) -> AppError | None:
        desk = self._desk
        return attempt(
            desk.runner,
            lambda: changes.act_change(
                desk.store, desk.actor, self._change_id, action, given, desk.today()
            ),
        )

    def _say(self, name: str, text: str) -> None:
        label = self.problems[name]
        label.setText(text)
        label.show()
        editor = self.fields.get(name)
        if editor is not None:
            editor.setFocus()

    def _arrange(self) -> None:
        asked = QVBoxLayout()
        asked.addLayout(self._form)
        asked.addWidget(self.relations)
        asked.addWidget(self.problems["relations"])
        is_own = self._task.kind == domain.HEAD_CHANGE
        line = self._home.line
        after = "换户主村里就能办。" if is_own else "镇里办理以后，台账才变。"
        head = title(f"{self._task.word}　{line.household_no}号 {line.head_name}户")
        leave = button("先不报", self.reject)
        take = button("办理" if is_own else "上报镇里", self.accept, primary=True)
        frame(self, (head, plain(after)), asked, self.problems[""], (leave, take))
        next(iter(self.fields.values())).setFocus()


def _who(member: MemberLine) -> str:
    return f"{member.number}{member.name}（{member.relation}）"


def _may_be_of_age(member: MemberLine, today: date) -> bool:
    """A birthday that nobody knows does not keep the question away."""
    if len(member.birth_date) != 10:
        return True
    return years_between(date.fromisoformat(member.birth_date), today) >= domain.HEAD_AGE


def _about(error: AppError, fields: Container[str]) -> str:
    """Return the field that a refusal is about, "" if it is none of them."""
    reason = f"{error.facts.get('reason', '')}{error.facts.get('fields', '')}"
    for word, name in _ABOUT:
        if word in reason and (name in fields or name == "relations"):
            return name
    return ""
