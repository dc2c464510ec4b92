"""An import as JSON: the language of the answer keys (labels, ISO dates, numbers)."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from app.domain.roster import Place, Reason, RosterRow
from app.domain.roster_diff import Changes, MatchedMember, RosterDiff
from app.domain.roster_items import KINDS, ImportItem, row_key
from app.domain.roster_list import TiedRow
from app.domain.roster_values import Value
from app.excel.headings import FEEDS
from app.excel.lists import ListFile
from app.excel.roster import RosterFile
from app.ops.roster import FilePreview, RosterPreview
from app.ops.roster_lists import ListPreview
from app.ops.roster_words import reason_text

_UPDATE_KEYS = (
    "new_households", "gone_households", "added_members", "removed_members", "moved_members",
    "id_changes", "member_changes", "household_changes",
)  # fmt: skip


def import_object(preview: RosterPreview, *, with_rows: bool) -> dict[str, Any]:
    """Return what a preview says, all files together."""
    result = _counts(preview) | _findings([item.file for item in preview.files])
    result["not_in_roster"] = [_place(r.place) for item in preview.files for r in item.diff.unknown]
    result["already_imported"] = [
        {
            "file": item.file.path.name,
            "on": item.imported_on.isoformat(),
            "message": item.already_sentence,
        }
        for item in preview.files
        if item.imported_on is not None
    ]
    result["item_kinds"] = dict(Counter(i.kind for item in preview.files for i in item.items()))
    if preview.is_update:
        updates = [_update(item) for item in preview.files]
        result |= {key: [e for update in updates for e in update[key]] for key in _UPDATE_KEYS}
    if with_rows:
        result["rows"] = [_row(row) for item in preview.files for row in item.file.table.rows]
        result["items"] = [
            _item(found)
            for item in preview.files
            for found in item.items()
            if found.kind != "unchanged"
        ]
    return result


def _counts(preview: RosterPreview) -> dict[str, Any]:
    tables = [item.file.table for item in preview.files]
    matched = [found for item in preview.files for found in item.diff.members]
    known = [found for found in matched if found.member is not None]
    return {
        "kinds": [item.file.kind.kind for item in preview.files],
        "households": sum(len(table.households) for table in tables),
        "members": len(matched),
        "data_rows": sum(len(table.rows) for table in tables),
        "created": len(matched) - len(known),
        "updated": sum(not _is_kept(found) for found in known),
        "unchanged": sum(_is_kept(found) for found in matched),
    }


def _findings(files: Sequence[RosterFile]) -> dict[str, Any]:
    return {
        "rejected": [entry for file in files for entry in _reasons(file, "error")],
        "warned": [entry for file in files for entry in _reasons(file, "warn")],
        "duplicates": [entry for file in files for entry in _duplicates(file)],
        "conflicts": [entry for file in files for entry in _conflicts(file)],
        "household_codes": [
            {"household": home.key, "codes": list(home.codes)}
            for file in files
            for home in file.table.households
            if home.codes
        ],
        "mapping": [entry for file in files for entry in _mapping(file)],
        "sheets": [entry for file in files for entry in _sheets(file)],
        "skipped_rows": [entry for file in files for entry in _skipped(file)],
        "hidden_rows": [_place(place) for file in files for place in file.hidden],
    }


def _skipped(file: RosterFile | ListFile) -> Iterator[dict[str, Any]]:
    for row in file.skipped:
        yield {"file": file.path.name, "sheet": row.sheet, "row": row.row, "reason": row.reason}


def _item(item: ImportItem) -> dict[str, Any]:
    return {
        "key": item.key,
        "kind": item.kind,
        "kind_label": KINDS[item.kind],
        "household": item.household_no or None,
        "name": item.name,
        "field": item.field or None,
        "old": plain_value(item.old),
        "new": plain_value(item.new),
        "reason_codes": list(item.reasons),
        "choices": list(item.choices),
        "default": item.default,
        "row": _place(item.place) if item.place else None,
        "words": item.words or None,
    }


def list_object(previews: Iterable[ListPreview]) -> dict[str, Any]:
    """Return whom the rows of lists mean."""
    shown = list(previews)
    return {
        "kinds": [preview.file.kind.kind for preview in shown],
        "items": [_tied(row) for preview in shown for row in preview.rows],
        "counts": [dict(preview.counts) for preview in shown],
        "skipped_rows": [entry for preview in shown for entry in _skipped(preview.file)],
    }


def _tied(tied: TiedRow) -> dict[str, Any]:
    member, first = tied.member, tied.first
    return {
        **_place(tied.row.place),
        "status": tied.status,
        "name": tied.row.name,
        "household": tied.household_no or None,
        "id_no": member.values.get("id_no") if member else None,
        "matched_name": member.values.get("name") if member else None,
        "key": row_key(tied.row.place),
        "candidates": [other.values.get("id_no") for other in tied.candidates],
        "candidate_ids": [other.member_id for other in tied.candidates],
        "of": [first.sheet, first.row] if first else None,
        "chapter": tied.row.chapter or None,
        **tied.row.details,
    }


def plain_value(value: Value) -> object:
    """Return a value as a JSON value: numbers as numbers, lists as lists."""
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else float(value)
    return list(value) if isinstance(value, tuple) else value


def _is_kept(member: MatchedMember) -> bool:
    return member.is_unchanged and member.member is not None and member.member.is_present


def _place(place: Place) -> dict[str, object]:
    return {"file": place.file, "sheet": place.sheet, "row": place.row}


def _row(row: RosterRow) -> dict[str, Any]:
    return {
        **_place(row.place),
        "class": row.row_class,
        "reason_codes": [reason.code for reason in row.reasons],
        "values": {name: plain_value(value) for name, value in row.values.items()},
        "household": row.household,
    }


def _reasons(file: RosterFile, row_class: str) -> Iterator[dict[str, Any]]:
    """Yield the reasons of the rows of one class that explain this class."""
    letters = {
        (sheet.sheet, FEEDS.get(column.field, column.field)): column.letter
        for sheet in file.sheets
        for column in reversed(sheet.columns)
    }
    mark = row_class[0].upper()
    for row in file.table.rows:
        if row.row_class == row_class:
            for reason in row.reasons:
                if reason.code.startswith(mark):
                    yield _reason(row.place, reason, letters.get((row.place.sheet, reason.field)))


def _reason(place: Place, reason: Reason, letter: str | None) -> dict[str, Any]:
    return {
        **_place(place),
        "column": letter,
        "field": reason.field,
        "reason_code": reason.code,
        "message": reason_text(reason.code),
    }


def _duplicates(file: RosterFile) -> Iterator[dict[str, Any]]:
    for double in file.table.duplicates:
        yield {
            "id_no": double.id_no,
            "kept": [double.kept.sheet, double.kept.row],
            "dropped": [double.dropped.sheet, double.dropped.row],
        }


def _conflicts(file: RosterFile) -> Iterator[dict[str, Any]]:
    for conflict in file.table.conflicts:
        yield {
            "kind": conflict.kind,
            "id_no": conflict.id_no,
            "rows": [[place.sheet, place.row] for place in conflict.rows],
            "households": list(conflict.households),
        }


def _mapping(file: RosterFile) -> Iterator[dict[str, Any]]:
    for sheet in file.sheets:
        for column in sheet.columns:
            yield {
                "sheet": sheet.sheet,
                "column": column.letter,
                "heading": column.heading,
                "field": FEEDS.get(column.field, column.field) or None,
                "score": column.score,
            }


def _sheets(file: RosterFile) -> Iterator[dict[str, Any]]:
    for sheet in file.sheets:
        yield {
            "file": file.path.name,
            "sheet": sheet.sheet,
            "used": sheet.used,
            "header_rows": list(sheet.header_rows),
            "reason": sheet.reason,
            "first_data_row": sheet.first_data_row,
            "last_data_row": sheet.last_data_row,
        }


def _update(item: FilePreview) -> dict[str, list[dict[str, Any]]]:
    diff = item.diff
    numbers = {home.key: home.household_no or home.key for home in diff.households}
    return {
        "new_households": [
            {
                "household": home.household_no or home.key,
                "head_name": home.head_name,
                "registered_size": home.size,
                "split_from": home.split_from,
            }
            for home in diff.new_households
        ],
        "gone_households": [
            {"household": home.household_no, "head_name": home.values.get("head_name")}
            for home in diff.gone
        ],
        "added_members": [
            {
                "household": numbers[member.household_key],
                **_person(member.row, "name", "id_no", "birth_date", "relation"),
            }
            for member in diff.added
        ],
        **_people_changes(diff, numbers),
        "household_changes": [
            {"household": home.household_no or home.key, "changes": _changes(home.changes)}
            for home in diff.changed_households
        ],
    }


def _people_changes(diff: RosterDiff, numbers: dict[str, str]) -> dict[str, list[dict[str, Any]]]:
    origins = {home.household.household_id: home.household.household_no
               for home in diff.households if home.household is not None}  # fmt: skip
    origins |= {home.household_id: home.household_no for home in diff.gone}
    return {
        "removed_members": [
            {
                "household": missing.household_no,
                "name": missing.member.values.get("name"),
                "id_no": missing.member.values.get("id_no"),
                "reason": missing.reason or None,
                "date": missing.on or None,
            }
            for missing in diff.missing
        ],
        "moved_members": [
            {
                **_person(member.row, "name", "id_no"),
                "from_household": origins.get(member.moved_from or "", member.moved_from),
                "to_household": numbers[member.household_key],
            }
            for member in diff.moved
        ],
        "id_changes": [
            {
                "household": numbers[member.household_key],
                **_person(member.row, "name", "birth_date"),
                "old": member.id_change[0],
                "new": member.id_change[1],
            }
            for member in diff.members
            if member.id_change is not None
        ],
        "member_changes": [
            {
                "household": numbers[member.household_key],
                **_person(member.row, "name", "id_no"),
                "changes": _changes(member.changes),
            }
            for member in diff.members
            if member.changes
        ],
    }


def _person(row: RosterRow, *names: str) -> dict[str, object]:
    return {name: plain_value(row.values.get(name)) for name in names}


def _changes(changes: Changes) -> dict[str, list[object]]:
    return {name: [plain_value(old), plain_value(new)] for name, (old, new) in changes.items()}


def summary_lines(result: dict[str, Any], *, is_dry_run: bool) -> Iterable[str]:
    """Return the result in a few lines for people; no names in them."""
    if is_dry_run:
        yield "预览，没有写入"
    if result.get("import_id"):
        yield "已导入"
    else:  # a rehearsal, or a file that was not taken in again
        yield from (entry["message"] for entry in result["already_imported"])
    yield f"户 {result['households']}，人 {result['members']}"
    yield f"新增 {result['created']}，变更 {result['updated']}，未变 {result['unchanged']}"
    yield from _update_lines(result)
    if result.get("due"):
        yield f"本月新列入应访 {result['due']} 户"
    yield f"未导入 {len(result['rejected'])}，提示 {len(result['warned'])}"
    yield from _unread_lines(result)
    for entry in (*result["rejected"], *result["warned"]):
        yield f"{entry['sheet']} 第{entry['row']}行 {entry['column'] or ''}列：{entry['message']}"


def _update_lines(result: dict[str, Any]) -> Iterator[str]:
    """Say what differs from the roster here, beside its people's own fields."""
    counts = {
        "户信息变更": len(result.get("household_changes", ())),
        "表里没有的人": len(result.get("removed_members", ())),
        "表里没有的户": len(result.get("gone_households", ())),
    }
    found = "，".join(f"{words} {count}" for words, count in counts.items() if count)
    if found:
        yield found


def _unread_lines(result: dict[str, Any]) -> Iterator[str]:
    """Name what was not read, so that nobody believes it was."""
    columns = [f"{m['column']} {m['heading']}" for m in result["mapping"] if m["field"] is None]
    if columns:
        yield f"没有读的列：{'、'.join(columns)}"
    sheets = [f"{s['sheet']}（{s['reason']}）" for s in result["sheets"] if not s["used"]]
    if sheets:
        yield f"没有读的工作表：{'、'.join(sheets)}"
