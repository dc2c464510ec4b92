"""The answer to a list from above: the same workbook again, its result columns filled."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from openpyxl.cell.cell import MergedCell
from openpyxl.worksheet.worksheet import Worksheet

from app.domain.roster import Place
from app.domain.roster_answers import ListAnswer
from app.excel.copies import copy_table, set_text
from app.excel.headings import heading_list, heading_text

_RESULT = ("核查结果", "核实情况", "核实结果", "核查情况", "反馈结果", "处理结果", "反馈情况",
           "处理情况", "核查反馈")  # fmt: skip
_DONE = ("是否核实", "是否核查", "是否整改", "是否反馈")
_DATE = ("整改时间", "核实时间", "核查时间", "反馈时间")
_SEARCH = 40


def write_answers(source: Path, target: Path, answers: Mapping[Place, ListAnswer]) -> None:
    """Write the list with its answers; a file that exists is replaced at the end.

    What the list itself says is kept as it is; a list without columns for results gets one.

    Raises:
        TableError: the list can no longer be read.
        OSError: the answer cannot be written.
    """
    copy = copy_table(source)
    by_sheet: dict[str, dict[int, ListAnswer]] = {}
    for place, answer in answers.items():
        by_sheet.setdefault(place.sheet, {})[copy.row(place.sheet, place.row)] = answer
    for name, own in by_sheet.items():
        _fill(copy.sheet(name), own)
    copy.save(target)


def _fill(sheet: Worksheet, answers: Mapping[int, ListAnswer]) -> None:
    head, columns = _result_columns(sheet, min(answers))
    if not columns["result"]:
        columns["result"] = sheet.max_column + 1
        set_text(sheet.cell(head, columns["result"]), _RESULT[0])
    for row, answer in answers.items():
        _put(sheet.cell(row, columns["result"]), answer.result)
        if columns["done"] and answer.result:
            _put(sheet.cell(row, columns["done"]), "是" if answer.is_done else "否")
        if columns["date"]:
            _put(sheet.cell(row, columns["date"]), answer.on)


def _put(cell: Any, text: str) -> None:
    if text and not isinstance(cell, MergedCell):
        set_text(cell, text)


def _result_columns(sheet: Worksheet, first: int) -> tuple[int, dict[str, int]]:
    """Return the row of the headings above the first answer, and the columns for results."""
    best: tuple[int, dict[str, int]] = (max(first - 1, 1), {"result": 0, "done": 0, "date": 0})
    for row in range(max(1, first - _SEARCH), first):
        texts = {heading_text(cell.value): cell.column for cell in sheet[row] if cell.value}
        likely = [t for t in texts if heading_list().match(t)[0] == "answer" and "是否" not in t]
        found = {
            name: next((texts[t] for t in words if t in texts), 0)
            for name, words in (("result", (*_RESULT, *likely)), ("done", _DONE), ("date", _DATE))
        }
        if sum(map(bool, found.values())) > sum(map(bool, best[1].values())):
            best = row, found
    return best
