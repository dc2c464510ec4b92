"""Tables: sort, copy for WPS, and the keyboard."""

from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication
from pytestqt.qtbot import QtBot

from app.ui.data_table import DataTable
from app.ui.table_model import Column


class Line(NamedTuple):
    """A row of the test."""

    name: str
    persons: int
    severity: str


COLUMNS = (
    Column("户主", lambda line: line.name),
    Column("人口", lambda line: str(line.persons), sort_key=lambda line: line.persons),
    Column("级别", lambda line: line.severity, severity=lambda line: line.severity),
)
LINES = [Line("赵德福", 10, "red"), Line("李阿妹", 9, "none"), Line("=1+1", 2, "none")]


def make_table(qtbot: QtBot) -> DataTable:
    table = DataTable(COLUMNS, "名单")
    qtbot.addWidget(table)
    table.set_rows(LINES)
    return table


def test_numbers_sort_as_numbers(qtbot: QtBot) -> None:
    table = make_table(qtbot)
    table.table.sort(1)
    assert [line.persons for line in table.table.rows()] == [2, 9, 10]
    table.table.sort(1, Qt.SortOrder.DescendingOrder)
    assert [line.persons for line in table.table.rows()] == [10, 9, 2]


def test_a_selection_is_copied_as_tab_separated_text_that_starts_no_formula(
    qtbot: QtBot,
) -> None:
    table = make_table(qtbot)
    table.selectAll()
    qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[0] == "户主\t人口\t级别"
    assert lines[1] == "赵德福\t10\tred"
    assert lines[3].startswith("'=1+1")


def test_enter_opens_the_current_row(qtbot: QtBot) -> None:
    table = make_table(qtbot)
    qtbot.keyClick(table, Qt.Key.Key_Down)
    with qtbot.waitSignal(table.opened) as opened:
        qtbot.keyClick(table, Qt.Key.Key_Return)
    assert opened.args == [LINES[1]]


def test_a_severity_colours_its_cell_with_dark_text_on_a_pale_fill(qtbot: QtBot) -> None:
    table = make_table(qtbot)
    ink = table.table.data(table.table.index(0, 2), Qt.ItemDataRole.ForegroundRole)
    fill = table.table.data(table.table.index(0, 2), Qt.ItemDataRole.BackgroundRole)
    assert isinstance(ink, QColor)
    assert isinstance(fill, QColor)
    assert ink.lightness() < 110
    assert fill.lightness() > 200
    assert table.table.data(table.table.index(1, 2), Qt.ItemDataRole.ForegroundRole) is None


def test_the_same_rows_keep_the_place(qtbot: QtBot) -> None:
    table = make_table(qtbot)
    table.selectRow(2)
    table.set_rows(list(LINES))
    assert table.current() == LINES[2]


def test_a_narrow_table_leaves_spare_columns_out_instead_of_scrolling_sideways(
    qtbot: QtBot,
) -> None:
    columns = (
        Column("户主", lambda line: line.name, width=6),
        Column("说明", lambda line: line.severity),
        Column("人口", lambda line: str(line.persons), width=6, spare=1),
        Column("收入", lambda line: str(line.persons), width=6, spare=2),
    )
    table = DataTable(columns, "名单")
    qtbot.addWidget(table)
    table.set_rows(LINES)
    table.show()
    unit = table.fontMetrics().horizontalAdvance("汉")
    table.resize(unit * 40, 300)
    assert not table.isColumnHidden(3)
    table.resize(unit * 27, 300)
    assert [table.isColumnHidden(n) for n in range(4)] == [False, False, False, True]
    table.resize(unit * 20, 300)
    assert [table.isColumnHidden(n) for n in range(4)] == [False, False, True, True]
    assert not table.horizontalScrollBar().isVisible()


def test_where_even_that_is_too_wide_the_columns_grow_narrow_and_none_is_cut(
    qtbot: QtBot,
) -> None:
    columns = (
        Column("户主", lambda line: line.name, width=6),
        Column("说明", lambda line: line.severity),
        Column("人口", lambda line: str(line.persons), width=6),
    )
    table = DataTable(columns, "名单")
    qtbot.addWidget(table)
    table.set_rows(LINES)
    table.show()
    table.resize(table.fontMetrics().horizontalAdvance("汉") * 14, 300)
    widths = [table.columnWidth(n) for n in range(3)]
    assert sum(widths) <= table.viewport().width()
    assert min(widths) >= table.fontMetrics().horizontalAdvance("汉") * 3


def test_an_empty_table_says_what_belongs_there(qtbot: QtBot) -> None:
    table = DataTable(COLUMNS, "名单", "还没有人。")
    qtbot.addWidget(table)
    table.resize(300, 200)
    table.show()
    empty = table.grab().toImage()
    table.set_rows(LINES)
    table.set_rows([])
    assert table.accessibleDescription() == "还没有人。"
    assert table.grab().toImage() == empty
    bare = DataTable(COLUMNS, "名单")
    qtbot.addWidget(bare)
    bare.resize(300, 200)
    bare.show()
    assert bare.grab().toImage() != empty
