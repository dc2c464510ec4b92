"""Written tables: numbers stay whole, nothing becomes a formula, nothing half-written stays."""

import zipfile
from decimal import Decimal
from pathlib import Path

import pytest

from app.domain.roster import HOUSEHOLD_FIELDS, MEMBER_FIELDS
from app.domain.roster_values import Value
from app.excel.reader import read_table
from app.excel.writer import Template, cell_text, template, write_table

COLUMNS = Template("表", (("序号", "row_no"), ("姓名", "name"), ("号", "id_no"), ("钱", "income")))
DANGEROUS = [
    "=cmd|'/c calc'!A0",
    " +1",
    "\u00a0=1+1",
    "@SUM(A1)",
    "-2+3",
    "\t=1",
    "第一行\n=1",
    "http://x.y/z",
]


def rows_of(path: Path) -> list[list[object]]:
    return read_table(path).sheets[0].rows


def test_an_identity_number_is_text_of_18_digits(tmp_path: Path) -> None:
    path = tmp_path / "出.xlsx"
    row: dict[str, Value] = {
        "name": "张三",
        "id_no": "539901198207147813",
        "income": Decimal("11758.80"),
    }
    written = write_table(path, COLUMNS, [row])
    assert rows_of(path) == [
        ["序号", "姓名", "号", "钱"],
        [1.0, "张三", "539901198207147813", 11758.8],
    ]
    assert (written.rows, len(written.sha256)) == (1, 64)


@pytest.mark.parametrize("text", DANGEROUS)
def test_no_text_becomes_a_formula_or_a_link(tmp_path: Path, text: str) -> None:
    path = tmp_path / "出.xlsx"
    write_table(path, COLUMNS, [{"name": text}])
    with zipfile.ZipFile(path) as package:
        sheet = package.read("xl/worksheets/sheet1.xml")
        styles = package.read("xl/styles.xml")
    assert b"<f>" not in sheet
    assert b"hyperlink" not in sheet
    assert b'quotePrefix="1"' in styles
    assert rows_of(path)[1][1] == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "是"),
        (False, "否"),
        (("残疾", "患有大病"), "残疾、患有大病"),
        ("甲\0\x1b乙", "甲乙"),
        ("长" * 40_000, "长" * 32_767),
    ],
)
def test_values_as_cells_say_them(value: Value, text: str) -> None:
    assert cell_text(value) == text


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "出.xlsx"
    path.write_text("旧")

    def rows() -> object:
        yield {"name": "张三"}
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_table(path, COLUMNS, rows())  # type: ignore[arg-type]
    assert path.read_text() == "旧"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("kind", ["household", "member", "object"])
def test_templates_hold_known_fields_only(kind: str) -> None:
    fields = {field for _, field in template(kind).columns}
    assert fields <= {*HOUSEHOLD_FIELDS, *MEMBER_FIELDS, "row_no"}
