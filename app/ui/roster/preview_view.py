"""What an import would do, before anything is written."""

from dataclasses import dataclass

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.ops.roster import RosterPreview
from app.ops.roster_words import reason_text
from app.ui.data_table import DataTable
from app.ui.parts import plain, quiet, title
from app.ui.roster.reasons import tally
from app.ui.table_model import Column


@dataclass(frozen=True, slots=True)
class Doubt:
    """One row that somebody should look at."""

    sheet: str
    row: int
    household: str
    name: str
    words: str
    is_left_out: bool


def doubts_table() -> DataTable:
    """Return the table of the rows that need a look."""
    made = DataTable(_COLUMNS, "要看一看的行")
    made.setMinimumHeight(made.fontMetrics().height() * 4)
    return made


class PreviewView(QWidget):
    """Sentence, figures, and the rows that need a look; row and column as in the file."""

    def __init__(self) -> None:
        super().__init__()
        self.sentence, self.details = title(), plain()
        self.sentence.setWordWrap(True)
        self.table = doubts_table()
        self.words = plain()  # the whole sentence of the current row
        self.table.moved.connect(lambda doubt: self.words.setText(doubt.words if doubt else ""))
        self._note = quiet("原文件不动。标“不导入”的行改好后可再导入一次，不会重复。")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        for widget in (self.sentence, self.details):
            layout.addWidget(widget)
        layout.addWidget(self.table, 100)
        layout.addWidget(self.words)
        layout.addWidget(self._note)
        layout.addStretch(1)  # all the room, where nothing is to be looked at

    def show_preview(self, preview: RosterPreview) -> None:
        """Show what was recognised and what would change."""
        self.sentence.setText(headline(preview))
        self.details.setText(changes_text(preview))
        found = doubts(preview)
        self.table.set_rows(found)
        self.table.setVisible(bool(found))


def counts(preview: RosterPreview) -> tuple[int, int]:
    """Return households and people that would be in the roster by these files."""
    households = sum(len(item.diff.households) for item in preview.files)
    return households, sum(len(item.diff.members) for item in preview.files)


def headline(preview: RosterPreview) -> str:
    """Return ``认出60户241人。3处要您看：…``."""
    households, people = counts(preview)
    codes = [
        reason.code
        for item in preview.files
        for row in item.file.table.rows
        for reason in row.reasons
    ]
    look = f"{len(codes)}处要您看：{tally(codes)}。可先导入，以后补。" if codes else "没有疑问。"
    return f"认出{households}户{people}人。{look}"


def changes_text(preview: RosterPreview) -> str:
    """Return what is new, changed, moved and missing."""
    parts: list[str] = []
    for item in preview.files:
        diff = item.diff
        known = [
            ("新户", len(diff.new_households)),
            ("新增人", len(diff.added)),
            ("改动的户", len(diff.changed_households)),
            ("改动的人", sum(bool(m.member and m.changes) for m in diff.members)),
            ("换了户的人", len(diff.moved)),
            ("没有变化的人", len(diff.unchanged)),
            ("名册里有、表里没有的人（不删除，只列出）", len(diff.missing)),
        ]
        parts.append(" · ".join(f"{word} {number}" for word, number in known if number))
    return "\n".join(parts)


def doubts(preview: RosterPreview) -> list[Doubt]:
    """Return the rows with a reason, left-out ones first."""
    found = [
        Doubt(
            row.place.sheet,
            row.place.row,
            str(row.values.get("household_no") or ""),
            str(row.values.get("name") or ""),
            "".join(_sentence(reason.code, reason.text) for reason in row.reasons),
            row.row_class == "error",
        )
        for item in preview.files
        for row in item.file.table.rows
        if row.reasons
    ]
    return sorted(found, key=lambda doubt: not doubt.is_left_out)


def _sentence(code: str, cell: str) -> str:
    return f"“{cell}”：{reason_text(code)}" if cell else reason_text(code)


_COLUMNS = (
    Column("", lambda d: "不导入" if d.is_left_out else "看一看", width=4,
           severity=lambda d: "orange" if d.is_left_out else "none"),
    Column("工作表", lambda d: d.sheet, width=5, spare=1),
    Column("行", lambda d: str(d.row), width=3, right=True, sort_key=lambda d: d.row),
    Column("户号", lambda d: d.household, width=7),
    Column("姓名", lambda d: d.name, width=5),
    Column("为什么", lambda d: d.words),
)  # fmt: skip
