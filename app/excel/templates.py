"""A county's own template: an .xlsx with the names of fields in one row.

What stands above that row stays. Where the names are the program's own (``id_no``) the row itself
goes and the headings are those above it; where they are headings the row stays.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from app.domain.roster_values import is_blank, plain
from app.errors import Where
from app.excel.errors import TemplateError
from app.excel.forms import HIDDEN, PERSONAL, is_form
from app.excel.headings import FEEDS, heading_list, heading_text
from app.excel.reader import RawSheet, read_table
from app.excel.writer import Template, template

_BRACKETS = re.compile(r"\([^()]*\)")
_SEARCH = 40
_FEWEST = 2
_ROSTER = frozenset(("member", "household", "object", "national"))


def read_template(path: Path, kind: str) -> Template:
    """Return the columns that a template asks for.

    Raises:
        TableError: the file cannot be read; TemplateError: no row names fields of this kind.
    """
    names = _names(kind)
    for sheet in read_table(path).sheets:
        if sheet.is_hidden:
            continue
        found = _best_row(sheet, names)
        if found is not None:
            return _template(sheet, found, names)
    raise TemplateError(where=Where(file=path.name))


def published(columns: Template) -> Template:
    """Return the same with every number that identifies a person hidden."""
    hidden = {i: HIDDEN for i, (_, name) in enumerate(columns.columns) if name in PERSONAL}
    return replace(columns, forms={**columns.forms, **hidden})


def _names(kind: str) -> Mapping[str, str]:
    """Return what a cell may say → the field of this kind."""
    columns = template(kind).columns
    names = {heading_text(heading): name for heading, name in columns if name}
    names |= {name.lower(): name for _, name in columns if name}
    if kind in _ROSTER:
        for heading, (name, _) in heading_list().names.items():
            fed = FEEDS.get(name, name)
            if fed:
                names.setdefault(heading, fed)
                names.setdefault(fed.lower(), fed)
    return names


def _field(heading: str, names: Mapping[str, str]) -> str:
    """Return the field that a heading means, what stands in brackets left out if need be."""
    text = heading_text(heading)
    return names.get(text) or names.get(_BRACKETS.sub("", text), "")


def _written(cell: object) -> str:
    """Return a cell as its county wrote it: full-width brackets stay."""
    if is_blank(cell):
        return ""
    return cell.strip() if isinstance(cell, str) else plain(cell)


def _split(cell: object) -> tuple[str, str]:
    """Return the name and the form of a cell."""
    name, _, form = _written(cell).replace("｜", "|").partition("|")
    form = plain(form)
    return name.strip(), form if is_form(form) else ""


def _best_row(sheet: RawSheet, names: Mapping[str, str]) -> int | None:
    counts = [
        sum(bool(_field(_split(cell)[0], names)) for cell in row if not is_blank(cell))
        for row in sheet.rows[:_SEARCH]
    ]
    best = max(range(len(counts)), key=lambda i: (counts[i], i), default=None)  # own names: below
    return best if best is not None and counts[best] >= _FEWEST else None


def _template(sheet: RawSheet, index: int, names: Mapping[str, str]) -> Template:
    cells = [_split(cell) for cell in sheet.rows[index]]
    while cells and not cells[-1][0]:
        cells.pop()
    columns = tuple((heading, _field(heading, names)) for heading, _ in cells)
    above = tuple(tuple(_written(cell) for cell in row) for row in sheet.rows[:index])
    is_own = sum(heading.isascii() for heading, _ in cells if heading) * 2 > len(cells)
    return Template(
        title=sheet.name or "数据",
        columns=columns,
        forms={i: form for i, (_, form) in enumerate(cells) if form},
        above=above,
        has_headings=not (is_own and any(any(row) for row in above)),
    )
