"""Relations to the head, asked again for everybody in one place."""

from collections.abc import Sequence
from functools import lru_cache

from PySide6.QtWidgets import QFormLayout, QVBoxLayout, QWidget

from app.domain.household import HEAD
from app.ops.catalogue import read_toml
from app.ops.roster_view import MemberLine
from app.ui.parts import quiet
from app.ui.resources import resource
from app.ui.review.step_fields import ChoiceField


@lru_cache(maxsize=1)
def relation_words() -> tuple[str, ...]:
    """Return the words of the roster for a relation, the head apart."""
    table = read_toml(resource("columns", "values.toml"))["relation"]
    return tuple(word for word in table if word != HEAD)


class RelationsBox(QWidget):
    """One editor for each person; empty at first, because every relation is asked again."""

    def __init__(self) -> None:
        super().__init__()
        self._said = quiet()
        self._form = QFormLayout()
        self.editors: dict[str, ChoiceField] = {}
        self._names: dict[str, str] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._said)
        layout.addLayout(self._form)

    def ask(self, people: Sequence[MemberLine], sentence: str) -> None:
        """Ask these people's relations; what was entered for one of them stays."""
        given = {member_id: editor.value() for member_id, editor in self.editors.items()}
        while self._form.rowCount():
            self._form.removeRow(0)
        self.editors, self._names = {}, {m.member_id: m.name for m in people}
        for person in people:
            editor = ChoiceField([(w, w) for w in relation_words()], is_open=True)
            editor.set_value(given.get(person.member_id, ""))
            editor.setAccessibleName(f"{person.name}与户主关系")
            self.editors[person.member_id] = editor
            self._form.addRow(f"{person.name}（原{person.relation}）", editor)
        self._said.setText(sentence)
        self.setVisible(bool(people))

    def value(self) -> dict[str, str]:
        """Return member id → the new relation."""
        return {i: text for i, editor in self.editors.items() if (text := editor.value())}

    def missing(self) -> list[str]:
        """Return the names whose relation is not given yet."""
        given = self.value()
        return [name for member_id, name in self._names.items() if member_id not in given]
