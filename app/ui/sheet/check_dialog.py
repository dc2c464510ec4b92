"""核对: everything that the rules say about the month's households, worst first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.domain.household import HEAD, Facts, Finding
from app.ui.colours import severity_rank, severity_text
from app.ui.data_table import DataTable
from app.ui.parts import button, give_size, quiet, title
from app.ui.table_model import Column


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One finding with its household."""

    household_id: str
    household_no: str
    head_name: str
    finding: Finding


class CheckDialog(QDialog):
    """Lists findings; Enter goes to the household's form."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget, month: str, lines: Sequence[CheckLine]) -> None:
        super().__init__(parent)
        self.setWindowTitle("核对")
        self.table = DataTable(_COLUMNS, "核对清单")
        self.table.setSortingEnabled(True)
        self.table.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.table.set_rows(lines)
        self.table.opened.connect(self._on_opened)
        households = len({line.household_id for line in lines})
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 12)
        layout.addWidget(title(f"{month}　{households}户 {len(lines)}条提示"))
        layout.addWidget(quiet("Enter 到那一户的检查表。蓝色是资料要补或有误，不影响生活。"))
        layout.addWidget(self.table, 1)
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(button("关闭（Esc）", self.reject))
        layout.addLayout(row)
        give_size(self, 64, 36)

    def _on_opened(self, line: CheckLine) -> None:
        self.chosen.emit(line.household_id)
        self.accept()


def check_lines(found: Iterable[tuple[Facts, Sequence[Finding]]]) -> list[CheckLine]:
    """Return one line a finding, worst first, then in the order of the roster."""
    lines = [
        CheckLine(facts.household_id, facts.household_no, _head(facts), finding)
        for facts, findings in found
        for finding in findings
    ]
    return sorted(lines, key=lambda line: -severity_rank(line.finding.severity))


def _head(facts: Facts) -> str:
    names = [member.name for member in facts.members if member.relation == HEAD]
    return names[0] if names else ""


_COLUMNS = (
    Column(
        "级别",
        lambda line: severity_text(line.finding.severity),
        width=3,
        sort_key=lambda line: -severity_rank(line.finding.severity),
        severity=lambda line: line.finding.severity,
    ),
    Column(
        "户号",
        lambda line: line.household_no,
        width=4,
        sort_key=lambda line: (len(line.household_no), line.household_no),
    ),
    Column("户主", lambda line: line.head_name, width=5),
    Column("提示", lambda line: line.finding.message),
    Column("依据", lambda line: line.finding.code, width=4),
)
