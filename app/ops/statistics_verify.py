"""年度数据核对: a table that somebody else filled in, checked by the same code as our own."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import yaml

from app.domain.case import CLEAR_OUT_REASONS
from app.domain.labels import LABELS
from app.domain.report_checks import ReportCheck, year_checks
from app.domain.statistics import year_figures as names
from app.domain.statistics.errors import (
    FigureFieldError,
    FigureFileError,
    FigureKindError,
    FigureSyntaxError,
)
from app.domain.statistics.help import COVER_COLUMNS
from app.domain.statistics.year_data import Node, year_figures
from app.domain.statistics.year_figures import YearFigures
from app.errors import Where

MAX_BYTES = 2_000_000
_MAX_DEPTH = 8
_TABLES = frozenset({".xlsx", ".xls", ".xlsm", ".ods", ".csv", ".et"})
_TEXTS = frozenset({".yaml", ".yml"})
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


@dataclass(frozen=True, slots=True)
class Verified:
    """What was read, and what the checks say of it."""

    figures: YearFigures
    checks: tuple[ReportCheck, ...]


def verify_file(path: Path) -> Verified:
    """Check a file of yearly figures (.yaml, .xlsx and other workbooks).

    Raises:
        FigureFileError, TableError: it cannot be read; file, row and field are named.
    """
    return verify_figures(year_figures(read_nodes(path), path.name))


def verify_figures(figures: YearFigures) -> Verified:
    """Check figures that were typed in on the screen."""
    return Verified(figures, tuple(year_checks(figures)))


def blank_figures() -> YearFigures:
    """Return the rows of the form without any figure, for the screen and the empty workbook."""
    measures = (*COVER_COLUMNS, names.WITHOUT_MEASURE)
    flows = (
        names.OPENING, names.OPENING_MONITORING, names.NEW, names.AGAIN, names.RISK_REMOVED,
        names.ROLLED_BACK, names.TYPE_CHANGED, names.CLEARED, names.CLEARED_MONITORING,
        names.EXTINCT, names.EXTINCT_MONITORING, names.INCREASE, names.DECREASE,
    )  # fmt: skip
    return YearFigures(
        by_state=_blank((names.MONITORING, names.REMOVED)),
        by_type=_blank(LABELS["object_type"].values()),
        by_cause=_blank(LABELS["risk_cause"].values()),
        dynamics=_blank(flows),
        removed_by_reason=_blank(CLEAR_OUT_REASONS),
        measures={name: names.MeasureFigure(None) for name in measures},
        survey=_blank(("大排查",)),
    )


def _blank(rows: Iterable[str]) -> dict[str, names.Figure]:
    return dict.fromkeys(rows, names.EMPTY)


def write_figures(figures: YearFigures, path: Path) -> None:
    """Write figures as a workbook that ``verify_file`` reads back; blank ones are a form to fill.

    Raises:
        ReportNotSavedError: not writable; what stood there is untouched.
    """
    from app.excel import figures_writer  # noqa: PLC0415  XlsxWriter only when needed

    figures_writer.write(figures, path)


def read_nodes(path: Path) -> Node:
    """Return the content of a file as a tree of values with their places.

    Raises:
        FigureFileError, TableError: see ``verify_file``.
    """
    ending = path.suffix.lower()
    if ending in _TABLES:
        from app.excel import report_reader  # noqa: PLC0415  calamine only when needed

        return report_reader.read_nodes(path)
    if ending not in _TEXTS:
        raise FigureKindError(ending=ending or "没有后缀", where=Where(path.name))
    return _read_yaml(path)


def _read_yaml(path: Path) -> Node:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise FigureFileError(reason="文件太大", where=Where(path.name))
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise FigureFileError(reason="打不开", where=Where(path.name)) from error
    except UnicodeDecodeError as error:
        raise FigureSyntaxError(reason="不是UTF-8编码", where=Where(path.name)) from error
    return _compose(text, path.name)


def _compose(text: str, file: str) -> Node:
    """Return the one document; anchors are refused before anything is built from them."""
    try:
        depth = 0
        for event in yaml.parse(text, Loader=_Loader):
            row = event.start_mark.line + 1 if event.start_mark else 1
            if isinstance(event, yaml.AliasEvent):
                _refuse("不接受锚点引用（&、*）", file, row)
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > _MAX_DEPTH:
                _refuse("嵌套太深", file, row)
        root = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        _refuse("缩进或标点写法不对", file, mark.line + 1 if mark else 1)
    except (yaml.YAMLError, RecursionError) as error:
        raise FigureSyntaxError(reason="写法不对", where=Where(file)) from error
    return Node({}) if root is None else _node(root, file)


def _refuse(reason: str, file: str, row: int) -> NoReturn:
    raise FigureSyntaxError(reason=f"第{row}行{reason}", where=Where(file, row=row))


def _node(found: Any, file: str, key_row: int | None = None) -> Node:
    row = key_row or found.start_mark.line + 1  # a block begins where its name stands
    if isinstance(found, yaml.ScalarNode):
        is_empty = not found.style and found.value in _NULLS
        return Node(None if is_empty else str(found.value), row)
    if isinstance(found, yaml.SequenceNode):
        return Node([_node(item, file) for item in found.value], row)
    table: dict[str, Node] = {}
    for key, value in found.value:
        name = str(key.value) if isinstance(key, yaml.ScalarNode) else ""
        place = key.start_mark.line + 1
        if not name or name in table:
            reason = "和前面的一行重复" if name else "项目名不对"
            where = Where(file, row=place, column=name)
            raise FigureFieldError(row=place, field=name, reason=reason, where=where)
        table[name] = _node(value, file, place)
    return Node(table, row)
