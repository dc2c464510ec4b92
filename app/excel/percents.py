"""Cells that a workbook shows in per cent: 0.23 that stands on the sheet as 23%.

The reader of values does not tell formats; the styles of the file do.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from xml.etree.ElementTree import Element
from zipfile import ZipFile

import defusedxml.ElementTree as SafeTree  # type: ignore[import-untyped]

from app.excel.guard import Format, check_file
from app.excel.reader import members
from app.excel.zipscan import column_number

Place = tuple[int, int]  # row from 1, column from 0
_BUILT_IN = frozenset({"9", "10"})  # 0%, 0.00%
_STYLES = "xl/styles.xml"
_LITERAL = re.compile(r'"[^"]*"|\\.')  # a sign that is only written behind the number


def percent_cells(path: Path) -> Mapping[str, frozenset[Place]]:
    """Return sheet name → the cells shown in per cent; nothing of a file without such formats.

    Raises:
        TableError: the file cannot or must not be read.
    """
    checked = check_file(path)
    if checked.format is not Format.XLSX:
        return {}
    sheets = members(checked)
    with ZipFile(path) as package:
        names = set(package.namelist())
        styles = _percent_styles(package.read(_STYLES)) if _STYLES in names else frozenset()
        if not styles:
            return {}
        return {
            sheet: frozenset(_places(package.read(member), styles))
            for sheet, member in sheets.items()
            if member in names
        }


def _percent_styles(data: bytes) -> frozenset[str]:
    """Return the numbers of the cell styles whose format is a percentage."""
    root = SafeTree.fromstring(data)
    own = {
        element.get("numFmtId", "")
        for element in _named(root, "numFmt")
        if "%" in _LITERAL.sub("", element.get("formatCode", ""))
    }
    formats = (xf for cell_styles in _named(root, "cellXfs") for xf in cell_styles)
    return frozenset(
        str(place) for place, xf in enumerate(formats) if xf.get("numFmtId", "") in _BUILT_IN | own
    )


def _places(data: bytes, styles: frozenset[str]) -> Iterator[Place]:
    for cell in _named(SafeTree.fromstring(data), "c"):
        if cell.get("s") in styles and cell.get("t", "n") == "n":
            name = cell.get("r", "")
            letters = name.rstrip("0123456789")
            if letters and letters != name:
                yield int(name[len(letters) :]), column_number(letters)


def _named(root: Element, name: str) -> Iterator[Element]:
    return (element for element in root.iter() if element.tag.rpartition("}")[2] == name)
