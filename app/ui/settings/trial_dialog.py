"""参数试算 on screen: change some values, see who comes in and who drops out; nothing is saved."""

from collections.abc import Mapping, Sequence

from PySide6.QtWidgets import QComboBox, QDialog, QFormLayout, QHBoxLayout, QLineEdit, QVBoxLayout

from app.domain import labels
from app.domain.policy import Parameter
from app.ops import months, trial
from app.ops.trial import Trial
from app.ui.data_table import DataTable
from app.ui.page import Desk
from app.ui.parts import button, give_size, plain, quiet, without_input_method
from app.ui.table_model import Column

_SIMPLE = (int, float, str)  # a table or a list cannot be tried in one field
IN, OUT = "进来", "出去"


class TrialDialog(QDialog):
    """One parameter after the other goes on the list of changes; the month is judged with all."""

    def __init__(self, desk: Desk, parameters: Sequence[Parameter]) -> None:
        super().__init__()
        self._desk = desk
        self._known = {p.name: p for p in parameters if isinstance(p.value, _SIMPLE)}
        self._period = months.running_period(desk.store, desk.today())
        self.values: dict[str, str] = {}
        self.setWindowTitle("参数试算")
        self.parameter, self.value = QComboBox(), QLineEdit()
        without_input_method(self.value)
        self.parameter.setAccessibleName("参数")
        self.value.setAccessibleName("改成")
        for one in self._known.values():
            self.parameter.addItem(f"{one.label}（现在{one.value}{one.unit}）", one.name)
        self.changes, self.summary = plain(), plain("改一个值，按“试算”。")
        self.table = DataTable(_COLUMNS, "进来和出去的户")
        self.try_button = button("试算", self.run, primary=True)
        self.clear_button = button("全部改回", self.clear)
        self._lay_out()
        desk.runner.busy.connect(self.try_button.setDisabled)
        desk.runner.failed.connect(self._on_failed)
        give_size(self, 66, 34)
        self.value.setFocus()

    def run(self) -> None:
        """Judge the month again with what is typed and what was tried before."""
        typed = self.value.text().strip()
        tried = self.values | ({str(self.parameter.currentData()): typed} if typed else {})
        if not tried:
            self.summary.setText("请先把一个参数改成别的值。")
            return
        store, today = self._desk.store, self._desk.today()
        self.summary.setText("正在试算……")
        self._desk.runner.start(
            lambda _progress: trial.try_parameters(store, self._period, tried, today),
            lambda found: self._show(found, tried),
        )

    def clear(self) -> None:
        """Start from the values in force."""
        self.values.clear()
        self._show_changes()
        self.table.set_rows([])
        self.summary.setText("改一个值，按“试算”。")

    def _on_failed(self, _error: object) -> None:
        """The window tells the reason; what was typed stays to be mended."""
        self.summary.setText("没有试成，请改一下值再试。")
        self.value.setFocus()

    def _show(self, found: Trial, tried: dict[str, str]) -> None:
        self.values = tried
        self.value.clear()
        self._show_changes()
        self.table.set_rows(
            [(IN, hit) for hit in found.came_in] + [(OUT, hit) for hit in found.dropped_out]
        )
        self.summary.setText(summary_text(found))

    def _show_changes(self) -> None:
        lines = (f"{self._known[name].label} → {value}" for name, value in self.values.items())
        self.changes.setText("；".join(lines))

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.addRow("参数", self.parameter)
        form.addRow("改成", self.value)
        row = QHBoxLayout()
        row.addWidget(self.clear_button)
        row.addStretch()
        row.addWidget(button("关闭（Esc）", self.reject))
        row.addWidget(self.try_button)
        layout = QVBoxLayout(self)
        layout.addWidget(quiet(f"用改过的参数把{self._period}重判一遍，只看结果，不保存。"))
        layout.addLayout(form)
        layout.addWidget(self.changes)
        layout.addWidget(self.summary)
        layout.addWidget(self.table, 1)
        layout.addLayout(row)


def summary_text(found: Trial) -> str:
    """Return in one sentence what the changed parameters would do."""
    due = _due_text(found.due_in, found.due_out)
    moved = f"{found.households}户里，进来{len(found.came_in)}条，出去{len(found.dropped_out)}条"
    return f"{moved}{due}。没有保存。"


def _due_text(came: Sequence[str], went: Sequence[str]) -> str:
    words: Mapping[str, int] = {"多": len(came), "少": len(went)}
    said = [f"{word}{count}户" for word, count in words.items() if count]
    return f"；本月应访{'、'.join(said)}" if said else ""


_COLUMNS = (
    Column("", lambda row: row[0], width=4),
    Column("户号", lambda row: row[1].household_no, width=6),
    Column("户主", lambda row: row[1].head_name, width=6),
    Column("级别", lambda row: labels.label("severity", row[1].severity), width=4),
    Column("编号", lambda row: row[1].code, width=5),
    Column("内容", lambda row: row[1].message),
)
