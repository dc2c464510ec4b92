"""年度数据核对: a table that somebody else filled in, from a file or typed here."""

import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QSplitter,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.domain.report_checks import as_written
from app.domain.statistics.year_data import written_figure
from app.domain.statistics.year_figures import Figure, MeasureFigure, YearFigures
from app.ops import statistics_verify
from app.ops.statistics_verify import Verified
from app.ui.page import Desk
from app.ui.parts import button, give_size, plain, quiet, title, without_input_method
from app.ui.statistics.checks_view import checks_table, in_order, summary

_FILES = "年度数据 (*.xlsx *.xls *.et *.ods *.csv *.yaml *.yml);;所有文件 (*)"
_SECTIONS = (
    ("状态", "by_state"), ("类型", "by_type"), ("原因", "by_cause"), ("动态", "dynamics"),
    ("清退原因", "removed_by_reason"), ("排查", "survey"),
)  # fmt: skip
_FIXED = frozenset({"total", "by_state", "by_type"})  # whose rows are the same everywhere
_TOTAL, _MEASURES = ("存量合计", "total"), ("措施", "measures")


class VerifyDialog(QDialog):
    """Left the form, right what the checks say; a file fills the form."""

    def __init__(self, parent: QWidget | None, desk: Desk) -> None:
        super().__init__(parent)
        self._desk = desk
        self._blank = statistics_verify.blank_figures()
        self._rows: list[tuple[str, str]] = []
        self._read: YearFigures = self._blank
        self.setWindowTitle("年度数据核对")
        self.form = QTableWidget(0, 3)
        self.form.setAccessibleName("年度数据")
        self.form.setHorizontalHeaderLabels(["项目", "户", "人 / 占比%"])
        self.form.verticalHeader().hide()
        self.claims = QLineEdit()
        without_input_method(self.claims)
        self.claims.setPlaceholderText("报告里的说法，如：风险清零；全覆盖614户")
        self.outcome, self.problem = title("填好后按“核对”，或打开一份文件。"), plain()
        self.problem.setProperty("kind", "problem")
        self.checks = checks_table()
        self._arrange()
        self.show_figures(self._blank)

    def open_file(self, path: Path) -> None:
        """Read a file, fill the form with it and check it."""
        found = self._desk.runner.call(lambda: statistics_verify.verify_file(path))
        if found is not None:
            self.show_figures(found.figures)
            self._show(found)

    def show_figures(self, figures: YearFigures) -> None:
        """Fill the form."""
        self._read = figures
        self._rows = [_TOTAL]
        values: list[tuple[object, object]] = [figures.total]
        for heading, name in _SECTIONS:
            rows: Mapping[str, Figure] = getattr(self._blank, name) | getattr(figures, name)
            for label, figure in rows.items():
                self._rows.append((f"{heading}·{label}", name))
                units = figures.units.get(label)
                whole = units is None or {"户", "人"} <= set(units)
                values.append(figure if whole else (as_written(figure, units or ""), None))
        for label, measure in (dict(self._blank.measures) | dict(figures.measures)).items():
            self._rows.append((f"{_MEASURES[0]}·{label}", "measures"))
            values.append((measure.households, measure.percent))
        self.form.setRowCount(len(self._rows))
        for number, ((label, _name), pair) in enumerate(zip(self._rows, values, strict=True)):
            fixed = QTableWidgetItem(label)
            fixed.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
            self.form.setItem(number, 0, fixed)
            for column, value in enumerate(pair, 1):
                self.form.setItem(number, column, _item(value))
        self.claims.setText("；".join(figures.claims))
        self.form.setCurrentCell(0, 1)

    def check(self) -> None:
        """Check what stands in the form."""
        try:
            figures = self.figures()
        except ValueError as error:
            self.problem.setText(f"{error}请只填数字，空着就是没有给。")
            self.problem.show()
            return
        self._show(statistics_verify.verify_figures(figures))

    def figures(self) -> YearFigures:
        """Return what stands in the form.

        Raises:
            ValueError: a cell is no number; the text names it.
        """
        found: Any = {name: {} for _heading, name in _SECTIONS}
        measures: dict[str, MeasureFigure] = {}
        total = Figure()
        units: dict[str, str] = {}
        for number, (label, name) in enumerate(self._rows):
            short = label.partition("·")[2]
            written = written_figure(self._text(number, 1))
            if written is not None and name not in {"measures", "total"}:
                found[name][short], units[short] = written
                continue
            households = self._number(number, 1)
            if name not in _FIXED and not self._text(number, 1) + self._text(number, 2):
                continue  # this list has no such row
            if name == "measures":
                measures[short] = MeasureFigure(_whole(households), self._number(number, 2))
                continue
            figure = Figure(_whole(households), _whole(self._number(number, 2)))
            if name == "total":
                total = figure
            else:
                found[name][short] = figure
        claims = tuple(part for part in self.claims.text().split("；") if part.strip())
        return replace(
            self._read, total=total, measures=measures, claims=claims, units=units, **found
        )

    def _text(self, row: int, column: int) -> str:
        item = self.form.item(row, column)
        return item.text() if item is not None else ""

    def _number(self, row: int, column: int) -> Decimal | None:
        text = unicodedata.normalize("NFKC", self._text(row, column)).strip().rstrip("户人%")
        text = text.replace(",", "")
        if not text:
            return None
        try:
            number = Decimal(text)
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite() or (self._rows[row][1] != "measures" and number % 1):
            raise ValueError(f"“{self._rows[row][0]}”写的“{text}”不是数。")
        return number

    def _show(self, found: Verified) -> None:
        self.problem.hide()
        self.outcome.setText(summary(found.checks))
        self.checks.set_rows(in_order(found.checks))
        self.checks.selectRow(0)
        self.checks.setFocus()

    def _on_open(self) -> None:
        name, _filter = QFileDialog.getOpenFileName(self, "打开年度数据", "", _FILES)
        if name:
            self.open_file(Path(name))

    def _on_form(self) -> None:
        name, _filter = QFileDialog.getSaveFileName(
            self, "存空表", "年度数据核对表.xlsx", "Excel (*.xlsx)"
        )
        if name:
            blank, path = self._blank, Path(name)
            self._desk.runner.call(lambda: statistics_verify.write_figures(blank, path))

    def _arrange(self) -> None:
        header = self.form.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        actions = QHBoxLayout()
        for label, run in (("打开文件…", self._on_open), ("存空表…", self._on_form)):
            actions.addWidget(button(label, run))
        actions.addStretch()
        actions.addWidget(button("关闭（Esc）", self.accept))
        actions.addWidget(button("核对", self.check, primary=True))
        left, right = QWidget(), QWidget()
        form, results = QVBoxLayout(left), QVBoxLayout(right)
        for layout in (form, results):
            layout.setContentsMargins(0, 0, 0, 0)
        results.setContentsMargins(8, 0, 0, 0)
        form.addWidget(self.form, 1)
        form.addWidget(self.claims)
        self.sentence = plain()
        self.sentence.setMinimumHeight(self.fontMetrics().height() * 3)
        self.checks.moved.connect(lambda one: self.sentence.setText(one.line if one else ""))
        for widget in (self.outcome, self.checks, self.sentence):
            results.addWidget(widget, 1 if widget is self.checks else 0)
        split = QSplitter()
        split.addWidget(left)
        split.addWidget(right)
        split.setSizes([400, 600])
        outer = QVBoxLayout(self)
        outer.setContentsMargins(16, 12, 16, 12)
        outer.addWidget(quiet("别人填的年度表在这里核对，和本机数据无关。空着是没有给，不当0。"))
        outer.addWidget(self.problem)
        outer.addWidget(split, 1)
        outer.addLayout(actions)
        self.problem.hide()
        give_size(self, 72, 42)


def _item(value: object) -> QTableWidgetItem:
    item = QTableWidgetItem("" if value is None else str(value))
    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return item


def _whole(value: Decimal | None) -> int | None:
    return None if value is None else int(value)
