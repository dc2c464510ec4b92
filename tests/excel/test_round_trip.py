"""What we write we read: any value that a cell can hold comes back as it was, in every table."""

import string
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app.domain.labels import LABELS
from app.domain.roster import HOUSEHOLD_FIELDS, MEMBER_FIELDS
from app.domain.roster_values import Value, ValueReader
from app.excel.errors import OtherKindError
from app.excel.headings import vocabulary
from app.excel.roster import read_roster
from app.excel.templates import published
from app.excel.writer import export_kinds, template, write_table

READER = ValueReader(vocabulary())
ROSTERS = ("member", "object", "national", "household")
NASTY = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_categories=("C", "M")), max_size=12),
    st.text("=+-@\t\n\r'\"`|,;\u3000\u200b\ufeff 0123456789张𬭚䶮·?*.<>&", max_size=12),
    st.sampled_from(
        ["=1+1", "+86", "-3", "@SUM(A1)", "\t=2", "2025-03-01", "45931", "1982.10", "000123",
         "539901198204120017", "12345678901234567890", "1e5", "是", "0", "#N/A", "张\n三", "㛃𬭚"]
    ),
)  # fmt: skip
WORDS = {
    **{name: list(dict.fromkeys(filter(None, vocabulary().words[name].values())))
       for name in ("relation", "education", "ethnicity")},
    **{name: list(LABELS[name].values()) for name in (
        "sex", "labor_skill", "employment", "medical_insurance", "household_kind", "object_type",
        "house_rating")},
}  # fmt: skip
MONTHS = st.builds("{:04d}-{:02d}".format, st.integers(1900, 2099), st.integers(1, 12))
YES_NO = st.sampled_from([True, False, None])


def _several(words: list[str]) -> st.SearchStrategy[Value]:
    return st.lists(st.sampled_from(words), max_size=7, unique=True).map(lambda w: tuple(w) or None)


AMOUNTS = st.none() | st.decimals(0, 10**7, places=2).map(lambda d: d.normalize() + 0)
COUNTS = st.none() | st.integers(0, 10**6)
DAYS = st.dates(date(1900, 1, 1), date(2099, 12, 31)).map(str)
VALUES: dict[str, st.SearchStrategy[Value]] = {
    **{field: st.sampled_from([None, *words]) for field, words in WORDS.items()},
    **{f: YES_NO for f in (*HOUSEHOLD_FIELDS, *MEMBER_FIELDS) if f.startswith(("has_", "is_"))},
    **dict.fromkeys(("registered_size", "work_months"), COUNTS),
    **dict.fromkeys(("monthly_wage", "per_capita_income"), AMOUNTS),
    **dict.fromkeys(("identified_on", "eliminated_on", "work_from", "work_to"), MONTHS),
    "health": _several(list(LABELS["health"].values())),
    "causes": _several(list(LABELS["risk_cause"].values())),
    "birth_date": st.none() | MONTHS | DAYS,
    "phone": st.none() | st.from_regex(r"1[0-9]{10}", fullmatch=True),
}


def _value(field: str) -> st.SearchStrategy[Value]:
    """Return values that the roster may hold in a field: words of its list, else any text."""
    if field in VALUES:
        return VALUES[field]
    read = NASTY.map(lambda text: READER.read(field, text).value)
    return read.filter(lambda value: not _is_stroke(value))


def _is_stroke(value: Value) -> bool:
    """Tell whether a cell would hold nothing but a stroke: in a table that means «nothing»."""
    return isinstance(value, str) and not value.strip("-—–―/\\*.·一 ")


def _rows(kind: str) -> st.SearchStrategy[list[dict[str, Value]]]:
    fields = [f for f in (*HOUSEHOLD_FIELDS, *MEMBER_FIELDS) if f not in ("id_no", "main_cause")]
    row = st.fixed_dictionaries({f: _value(f) for f in fields} | {
        "household_no": st.text(string.digits, min_size=4, max_size=12).map(lambda n: f"5{n}"),
        "name": st.text("张王李欧阳·𬭚䶮㛃", min_size=2, max_size=4).filter(lambda n: n.strip("·")),
    })  # fmt: skip
    if kind == "household":
        row = row.map(lambda r: {**r, "head_name": r["name"]})
    return st.lists(row, min_size=6, max_size=9, unique_by=lambda r: str(r["household_no"]))


@pytest.mark.parametrize("kind", ROSTERS)
@settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.reuse, Phase.generate],  # a workbook is too slow to shrink
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_a_written_roster_comes_back_value_by_value(
    kind: str, tmp_path: Path, data: st.DataObject
) -> None:
    rows = data.draw(_rows(kind))
    write_table(tmp_path / "o.xlsx", template(kind), rows)
    table = read_roster(tmp_path / "o.xlsx").table
    fields = {f for _, f in template(kind).columns} & {*HOUSEHOLD_FIELDS, *MEMBER_FIELDS} - {
        "id_no", "disability_cert_no",
    }  # fmt: skip
    differing = [
        (field, row[field], read.values.get(field))
        for row, read in zip(rows, table.rows, strict=True)
        for field in sorted(fields)
        if read.values.get(field) != row[field]
    ]
    assert not differing


@pytest.mark.parametrize("kind", ROSTERS)
def test_a_published_roster_brings_no_number_and_says_so(kind: str, tmp_path: Path) -> None:
    row: dict[str, Value] = {
        "household_no": "5390000001", "name": "张三", "head_name": "张三", "relation": "户主",
        "id_no": "539901198204120017", "phone": "13800000001",
        "disability_cert_no": "53990119820412001741",
    }  # fmt: skip
    write_table(tmp_path / "o.xlsx", published(template(kind)), [row])
    (read,) = read_roster(tmp_path / "o.xlsx").table.rows
    hidden = {"id_no", "phone", "disability_cert_no"} & {f for _, f in template(kind).columns}
    assert {reason.field for reason in read.reasons if reason.code == "W_MASKED"} == hidden
    assert not any(read.values.get(field) for field in hidden)


@pytest.mark.parametrize("kind", sorted(set(export_kinds()) - set(ROSTERS)))
def test_a_table_that_is_no_roster_is_named_even_when_it_is_empty(
    kind: str, tmp_path: Path
) -> None:
    row: dict[str, Value] = {"household_no": "5390000001", "head_name": "张三"}
    for rows in ([], [row]):
        write_table(tmp_path / "o.xlsx", template(kind), rows)
        with pytest.raises(OtherKindError) as refusal:
            read_roster(tmp_path / "o.xlsx")
        assert template(kind).title in refusal.value.sentence()
