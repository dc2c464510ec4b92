"""Export of lists: which columns, whose rows, the county's own templates; told and kept in mind.

A template's columns are kept, not its file: a file that somebody chose might hold people.
"""

import errno
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import TypeVar

from app.domain.ownership import Actor
from app.errors import AppError
from app.excel.forms import HIDDEN, PERSONAL
from app.excel.templates import read_template
from app.excel.writer import Template, template, write_table
from app.models.store import Store
from app.ops import local_settings, print_log
from app.ops.print_log import Noted
from app.ops.roster_export import (
    EVERYTHING,
    ExportChoice,
    columns_of,
    export_kinds,
    has_whole_numbers,
    rows_of,
)
from app.ops.roster_import import Progress, no_progress

T = TypeVar("T")
_PREFIX = "export.template/"
_PURPOSE = 2  # characters, at least
_NAME = 20  # characters of a template's name
_BUSY = frozenset((errno.EACCES, errno.EPERM, errno.EBUSY, errno.EROFS))
_EVERY = 200  # rows between two looks at the cancel button


class NotWrittenError(AppError):
    """The target refuses: open in WPS, write-protected."""

    code = "E241"
    message = "文件写不进去：可能正在WPS里打开着，或者写保护。没有写出文件，原来的文件没有动。"
    hint = "请关掉那个文件，或换个文件名、换个文件夹再导出。"


class NoFolderError(AppError):
    """The folder of the target is gone."""

    code, message = "E242", "要存的文件夹不在了。没有写出文件。"
    hint = "请看看U盘是否插好，或换个文件夹再导出。"


class NothingToExportError(AppError):
    """No row is left."""

    code, message, hint = "E243", "没有可导出的行。没有写出文件。", "请换一个表，或放宽筛选。"


class PurposeMissingError(AppError):
    """Whole numbers leave the program only for a purpose that is kept."""

    code, message = "E245", "要写出完整的证件号和电话，先写用途。没有写出文件。"
    hint = "用途会记进打印记录，如“村委会统一换发医保卡”；不需要完整号码就选脱敏。"


@dataclass(frozen=True, slots=True)
class ExportKind:
    """A table that can be written: its key and what people call it."""

    kind: str
    title: str


@dataclass(frozen=True, slots=True)
class ExportOrder:
    """What is to be written.

    Attributes:
        template: name of a county's own template, "" for the shipped order.
        choice: whose rows, and whether numbers are hidden.
        purpose: what whole numbers are wanted for.
    """

    kind: str
    template: str = ""
    choice: ExportChoice = EVERYTHING
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class ColumnLine:
    """A column of the table to be: its heading, and what becomes of it.

    ``words``: 照写, 完整号码, 隐去中间, its own form, 空着 for what nothing is known of.
    """

    heading: str
    words: str


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written."""

    path: Path
    rows: int
    columns: int


def kinds() -> list[ExportKind]:
    """Return the tables that can be written."""
    return [ExportKind(kind, template(kind).title) for kind in export_kinds()]


def templates(store: Store, kind: str) -> list[str]:
    """Return the names of the county's own templates of a kind."""
    return list(local_settings.read_settings(store, f"{_PREFIX}{kind}/"))


def add_template(store: Store, actor: Actor, kind: str, path: Path) -> str:
    """Keep the columns of a template; one of the same name is replaced. Return its name.

    Raises:
        TableError: the file cannot be read; TemplateError: it names no field of this kind.
    """
    name = path.stem.strip().replace("/", " ")[:_NAME]
    kept = json.dumps(asdict(read_template(path, kind)), ensure_ascii=False)
    local_settings.keep_setting(store, actor, f"{_PREFIX}{kind}/{name}", kept)
    return name


def remove_template(store: Store, actor: Actor, kind: str, name: str) -> None:
    """Forget a template; the shipped order cannot be removed."""
    local_settings.keep_setting(store, actor, f"{_PREFIX}{kind}/{name}", "")


def columns(store: Store, order: ExportOrder) -> list[ColumnLine]:
    """Return the columns that a table will have, in its order."""
    found = columns_of(order.kind, _choice(store, order))
    return [
        ColumnLine(heading, _words(found, index))
        for index, (heading, _) in enumerate(found.columns)
    ]


def write(
    store: Store,
    actor: Actor,
    order: ExportOrder,
    path: Path,
    today: date,
    progress: Progress = no_progress,
) -> Exported:
    """Write a table; what stood at ``path`` before is untouched unless all was written.

    Raises:
        NothingToExportError, NotWrittenError, NoFolderError, PurposeMissingError: nothing was
            written.
        OSError: anything else that the system refuses, e.g. the disk is full.
    """
    rows = list(rows_of(store, actor, order.kind, today, order.choice))
    if not rows:
        raise NothingToExportError
    wanted = columns_of(order.kind, _choice(store, order))
    needs_purpose = has_whole_numbers(wanted)
    if needs_purpose and len(order.purpose.strip()) < _PURPOSE:
        raise PurposeMissingError
    try:
        done = write_table(path, wanted, _counted(rows, len(rows), progress))
    except OSError as error:
        if error.errno in _BUSY:
            raise NotWrittenError from error
        if error.errno == errno.ENOENT:
            raise NoFolderError from error
        raise
    title, homes = template(order.kind).title, {row.get("household_no") for row in rows}
    if needs_purpose:
        title = print_log.with_purpose(title, order.purpose)
    noted = Noted(title, len(homes), is_masked=order.choice.is_public)
    print_log.note(store, actor, noted, path)
    return Exported(path, done.rows, len(wanted.columns))


def _choice(store: Store, order: ExportOrder) -> ExportChoice:
    """Return the choice with the columns of the named template."""
    if not order.template:
        return order.choice
    kept = json.loads(local_settings.read_setting(store, f"{_PREFIX}{order.kind}/{order.template}"))
    own = Template(
        title=kept["title"],
        columns=tuple((heading, name) for heading, name in kept["columns"]),
        forms={int(index): form for index, form in kept["forms"].items()},
        above=tuple(tuple(row) for row in kept["above"]),
        has_headings=kept["has_headings"],
    )
    return replace(order.choice, template=own)


def _words(columns: Template, index: int) -> str:
    if not columns.columns[index][1]:
        return "空着"
    form = columns.forms.get(index, "")
    if form == HIDDEN:
        return "隐去中间"
    is_personal = columns.columns[index][1] in PERSONAL
    return form or ("⚠ 完整号码" if is_personal else "照写")


def _counted(rows: Iterable[T], total: int, progress: Progress) -> Iterator[T]:
    for number, row in enumerate(rows):
        if number % _EVERY == 0:
            progress(number, total)
        yield row
