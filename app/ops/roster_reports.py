"""Reports of imports as workbooks: of pasted rows, and again of an import that is long done."""

import shutil
import uuid
from dataclasses import replace
from datetime import date
from pathlib import Path

from sqlalchemy import select

from app.domain.ownership import Actor
from app.errors import AppError
from app.excel.pasted import NAME, Pasted, as_csv
from app.models.imports import ImportFileRow
from app.models.store import Store
from app.ops import print_log, roster_import, tables
from app.ops.print_log import Noted
from app.ops.roster_import import RosterPreview
from app.ops.roster_log import file_sha256, last_report
from app.ops.roster_words import field_label, reason_text
from app.paths import ReplicaPaths

__all__ = ["CLASSES", "OtherFileError", "Pasted", "mark_original", "save_report", "write_report"]
CLASSES = {"error": "没有导入", "warn": "请核对", "ok": "请核对"}
_HEADINGS = ("工作表", "行", "栏", "结果", "原因")


class OtherFileError(AppError):
    """A file that is not the one of an import."""

    code, message = "E244", "这不是那次导入的文件，或者后来改过。没有写出报告。"
    hint = "请选当时导入的那一份；没有了，可只存问题清单。"


def write_report(
    store: Store,
    actor: Actor,
    preview: RosterPreview,
    sources: list[Path | Pasted],
    path: Path,
) -> list[Path]:
    """Write the report of a preview: its tables again, faulty cells marked.

    Pasted rows stand in a file of the program's own folder while the report is made.

    Raises:
        TableError: a file can no longer be read.
        OSError: a report cannot be written; what stood there before is untouched.
    """
    folder = ReplicaPaths(store.path.parent).preview / uuid.uuid4().hex
    folder.mkdir(mode=0o700, parents=True)
    try:
        files = []
        for item, source in zip(preview.files, sources, strict=True):
            if isinstance(source, Pasted):
                kept = folder / f"{NAME}.csv"
                kept.write_text(as_csv(source), encoding="utf-8")
                files.append(replace(item, file=replace(item.file, path=kept)))
            else:
                files.append(item)
        whole = replace(preview, files=tuple(files))
        return _written(store, actor, whole, path)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def save_report(store: Store, import_id: str, path: Path) -> int:
    """Write what an import said about its rows, line by line; return the number of lines.

    Raises:
        OSError: not writable; what stood there before is untouched.
    """
    lines = [
        (
            line.sheet,
            line.row,
            field_label(line.field) if line.field else "",
            CLASSES[line.row_class],
            reason_text(line.code),
        )
        for line in last_report(store, import_id)
    ]
    return tables.write_rows(path, "导入报告", _HEADINGS, lines).rows


def mark_original(
    store: Store, actor: Actor, import_id: str, original: Path, path: Path, today: date
) -> list[Path]:
    """Write a copy of a file that was imported, its faulty cells marked.

    Raises:
        OtherFileError: it is not the file of that import.
        TableError: the file cannot be read.
        OSError: the report cannot be written.
    """
    with store.read() as session:
        query = select(ImportFileRow.sha256).where(ImportFileRow.import_id == import_id)
        known = set(session.scalars(query))
    if not original.is_file() or file_sha256(original) not in known:
        raise OtherFileError
    preview = roster_import.preview_import(store, [original], today)
    return _written(store, actor, preview, path)


def _written(store: Store, actor: Actor, preview: RosterPreview, path: Path) -> list[Path]:
    written = roster_import.write_import_report(preview, path)
    for target in written:
        print_log.note(store, actor, Noted("导入报告（标出问题的副本）", 0), target)
    return written
