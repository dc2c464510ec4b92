"""Answer keys of the sample files, and what the importer says, in one shape to compare."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from app.domain.roster import RosterRow
from app.domain.roster_values import Value
from app.excel.headings import FEEDS
from app.excel.roster import RosterFile

ROSTERS = Path(__file__).parent.parent / "data" / "rosters"
FIELDS = {
    "group": "hamlet_group", "hh_code": "household_no", "pno": "person_no", "head": "head_name",
    "size": "registered_size", "name": "name", "rel": "relation", "sex": "sex", "id_no": "id_no",
    "dis_cert": "disability_cert_no", "birth": "birth_date", "ethnic": "ethnicity",
    "edu": "education", "school": "school_status", "health": "health", "labor": "labor_skill",
    "emp": "employment", "place": "work_place", "months": "work_months", "wage": "monthly_wage",
    "start": "work_from", "end": "work_to",
    "med": "medical_insurance", "pension": "has_pension_insurance", "dibao": "has_dibao",
    "tekun": "has_tekun", "kind": "household_kind", "object": "object_type",
    "risk1": "main_cause", "risks": "causes", "ident": "identified_on",
    "removed": "is_eliminated", "removed_at": "eliminated_on", "percap": "per_capita_income",
    "house": "house_rating", "water": "has_safe_water", "phone": "phone",
}  # fmt: skip


def load_key(name: str) -> dict[str, Any]:
    """Return the answer key of a sample file."""
    key: dict[str, Any] = json.loads((ROSTERS / f"{name}.key.json").read_text("utf-8"))
    return key


def plain_value(value: Value) -> object:
    """Return a value as the keys write it."""
    if isinstance(value, tuple):
        return list(value)
    return float(value) if isinstance(value, Decimal) else value


def expected_rows(key: dict[str, Any]) -> list[dict[str, object]]:
    """Return the rows of a key; an empty list of causes is no cause."""
    return [
        {
            "place": (row["s"], row["r"]),
            "household": row["hh"],
            "class": row["c"],
            "codes": sorted((code, FIELDS[field]) for code, field in row.get("codes", [])),
            "values": {FIELDS[f]: (None if v == [] else v) for f, v in row["v"].items()},
        }
        for row in key["rows"]
    ]


def actual_row(row: RosterRow, fields: list[str]) -> dict[str, object]:
    """Return a row as the importer says it, in the shape of the key."""
    return {
        "place": (row.place.sheet, row.place.row),
        "household": row.household,
        "class": row.row_class,
        "codes": sorted((reason.code, reason.field) for reason in row.reasons),
        "values": {field: plain_value(row.values.get(field)) for field in fields},
    }


def expected_households(key: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the households of a key with their codes in order."""
    return [{**h, "codes": sorted(h.get("codes", []))} for h in key["households"]]


def actual_households(file: RosterFile) -> list[dict[str, Any]]:
    """Return the households as the importer says them, in the shape of the key."""
    return [
        {
            "hh": h.key,
            "code": h.household_no,
            "head": h.head_name,
            "declared": h.declared,
            "listed": h.listed,
            "sheet": h.sheet,
            "rows": [h.first_row, h.last_row],
            "codes": sorted(h.codes),
        }
        for h in file.table.households
    ]


def expected_columns(key: dict[str, Any]) -> list[tuple[int, str]]:
    """Return the columns of a key as (index, field); "" feeds nothing."""
    return [(i, FIELDS.get(column["field"], "")) for i, column in enumerate(key["columns"])]


def actual_columns(file: RosterFile) -> list[list[tuple[int, str]]]:
    """Return the columns of each sheet that is used."""
    return [
        [(column.index, FEEDS.get(column.field, column.field)) for column in sheet.columns]
        for sheet in file.sheets
        if sheet.used
    ]
