"""Which column feeds which field: shown, corrected by a person, remembered for this source."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.domain.roster import HOUSEHOLD_FIELDS, MEMBER_FIELDS
from app.ops.roster import Choice, RosterPreview
from app.ops.roster_words import field_label
from app.ui.parts import button, give_size, quiet

_NOTHING = "（不用这一栏）"


class ColumnsDialog(QDialog):
    """One line a heading; ``choice`` is what was corrected, with all the rest as it was."""

    def __init__(self, parent: QWidget | None, preview: RosterPreview) -> None:
        super().__init__(parent)
        self.setWindowTitle("表头对照")
        self._kind = preview.choice.kind
        self.boxes: dict[str, QComboBox] = {}
        self._before: dict[str, str] = {}
        self.table = QTableWidget(0, 3)
        self.table.setAccessibleName("表头对照")
        self.table.setHorizontalHeaderLabels(["栏", "表头", "当作"])
        self.table.verticalHeader().hide()
        self.table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        self._fill(preview)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.ResizeToContents)
        self.table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(button("不改", self.reject))
        row.addWidget(button("按这样再读一遍", self.accept, primary=True))
        layout = QVBoxLayout(self)
        layout.addWidget(quiet("认错的在这里改。改过的会记住，同样的表下次不用再改。"))
        layout.addWidget(self.table, 1)
        layout.addLayout(row)
        give_size(self, 44, 34)

    def choice(self) -> Choice | None:
        """Return the corrected mapping, None if nothing was changed."""
        now = {heading: str(box.currentData()) for heading, box in self.boxes.items()}
        return None if now == self._before else Choice(self._kind, now)

    def _fill(self, preview: RosterPreview) -> None:
        for file in preview.files:
            for sheet in file.file.sheets:
                for column in sheet.columns if sheet.used else ():
                    if column.heading and column.heading not in self.boxes:
                        self._add(column.letter, column.heading, column.field)

    def _add(self, letter: str, heading: str, field: str) -> None:
        row = self.table.rowCount()
        self.table.insertRow(row)
        self.table.setItem(row, 0, QTableWidgetItem(letter))
        self.table.setItem(row, 1, QTableWidgetItem(heading.replace("\n", " ")))
        box = QComboBox()
        box.setAccessibleName(heading)
        box.addItem(_NOTHING, "")
        for name in (*HOUSEHOLD_FIELDS, *MEMBER_FIELDS):
            box.addItem(field_label(name), name)
        if box.findData(field) < 0:  # a helper column: kept as it was recognised
            box.addItem(field_label(field), field)
        box.setCurrentIndex(box.findData(field))
        self.table.setCellWidget(row, 2, box)
        self.boxes[heading], self._before[heading] = box, field
