"""Hostile and broken files: refused by name, fast, within little memory, before any reader."""

import io
import resource
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import xlsxwriter
import xlwt  # type: ignore[import-untyped]

from app.excel import errors
from app.excel.guard import check_file
from app.excel.reader import read_table
from app.excel.zipscan import scan_package
from tests.excel import keys

CLEAN_OLD = (keys.ROSTERS / "06_脱贫人口信息_导出.xls").read_bytes()
CLEAN = keys.ROSTERS / "01_村台账_整洁.xlsx"
OLE = bytes.fromhex("d0cf11e0a1b11ae1")
SHEET = "xl/worksheets/sheet1.xml"
OPEN = b'<?xml version="1.0"?><worksheet xmlns="x"><sheetData>'
CLOSE = b"</sheetData></worksheet>"


def rebuilt(target: Path, changes: dict[str, bytes | Iterator[bytes]]) -> Path:
    """Write the clean roster again with some members replaced or added."""
    with (
        zipfile.ZipFile(CLEAN) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out,
    ):
        for name in source.namelist():
            if name not in changes:
                out.writestr(name, source.read(name))
        for name, data in changes.items():
            with out.open(name, "w") as member:
                for block in [data] if isinstance(data, bytes) else data:
                    member.write(block)
    return target


@dataclass(frozen=True)
class Used:
    """Seconds of this process and its children, and the most memory that this one has held."""

    seconds: float
    kilobytes: int


def used() -> Used:
    own, children = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    seconds = own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime
    return Used(seconds, own.ru_maxrss)


@pytest.fixture(autouse=True)
def bounded() -> Iterator[None]:
    """Every refusal takes less than 5 s of the processor and 300 MB more than before."""
    before = used()
    yield
    after = used()
    assert after.seconds - before.seconds < 5
    assert after.kilobytes - before.kilobytes < 300 * 1024


def refuse(path: Path, error: type[errors.TableError], words: str) -> None:
    with pytest.raises(error) as refusal:
        read_table(path)
    sentence = refusal.value.sentence()
    assert words in sentence
    assert "名册没有变" in sentence
    assert refusal.value.where.file == path.name


def test_a_clean_roster_passes() -> None:
    checked = check_file(CLEAN)
    (scan,) = checked.sheets.values()
    assert (scan.rows, scan.columns, scan.is_bounded) == (482, 35, True)


def test_a_file_that_is_not_there_is_missed_by_name(tmp_path: Path) -> None:
    refuse(tmp_path / "没有.xlsx", errors.TableMissingError, "找不到")


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "空.xlsx"
    path.touch()
    refuse(path, errors.TableEmptyError, "空的")


@pytest.mark.parametrize("ending", [".xlsx", ".xls"])
def test_an_encrypted_workbook_is_refused(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"锁{ending}"
    path.write_bytes(OLE + b"\0" * (3 << 20) + "EncryptedPackage".encode("utf-16-le") + b"\0" * 99)
    refuse(path, errors.EncryptedTableError, "密码")


@pytest.mark.parametrize(
    "text",
    ["<html><table>", "\ufeff <!DOCTYPE HTML>", '<?xml version="1.0"?><Workbook>', "<table><tr>"],
)
def test_a_web_page_with_the_ending_of_a_workbook_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "网页.xls"
    path.write_text(text, "utf-8")
    refuse(path, errors.HtmlTableError, "网页")


@pytest.mark.parametrize(
    ("source", "ending", "content"),
    [
        (CLEAN, ".xls", ".xlsx"),
        (keys.ROSTERS / "06_脱贫人口信息_导出.xls", ".xlsx", "97-2003"),
        (CLEAN, ".csv", ".xlsx"),
        (keys.ROSTERS / "11_花名册_gbk.csv", ".xlsx", "纯文本"),
    ],
)
def test_an_ending_that_is_not_the_content_is_refused(
    tmp_path: Path, source: Path, ending: str, content: str
) -> None:
    path = tmp_path / f"表{ending}"
    shutil.copy(source, path)
    refuse(path, errors.WrongExtensionError, content)


def test_a_table_of_wps_is_read_as_what_it_is(tmp_path: Path) -> None:
    for source in (CLEAN, keys.ROSTERS / "06_脱贫人口信息_导出.xls"):
        path = tmp_path / "表.et"
        shutil.copy(source, path)
        assert len(read_table(path).sheets[0].rows) > 100


@pytest.mark.parametrize("name", ["表.pdf", "表", "表.xlsb"])
def test_a_kind_of_file_that_is_not_read_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"%PDF-1.7")
    refuse(path, errors.UnknownFormatError, ".xlsx")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("表.xlsx", b"\xff\xd8\xff\xe0JFIF" + bytes(99), "图片"),
        ("表.xls", b"%PDF-1.7", "PDF"),
        ("表.xlsx", b"Rar!\x1a\x07\0" + bytes(99), "解压"),
        ("表.zip", b"PK\x03\x04" + bytes(99), "解压"),
        ("表.docx", b"PK\x03\x04" + bytes(99), "Word"),
        ("表.xls", CLEAN_OLD[:512] + "WordDocument".encode("utf-16-le"), "Word"),
        ("表.xlsx", bytes(4000), "重新要一份"),
    ],
)
def test_what_is_no_table_is_named_with_what_to_do(
    tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    (tmp_path / name).write_bytes(content)
    refuse(tmp_path / name, errors.NoTableError, words)


def test_a_text_document_packed_as_a_workbook_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "表.xlsx", "w") as package:
        package.writestr("word/document.xml", "<document/>")
    refuse(tmp_path / "表.xlsx", errors.NoTableError, "Word")


def test_a_web_page_with_the_ending_of_a_text_table_is_refused(tmp_path: Path) -> None:
    (tmp_path / "表.csv").write_text("<html><table><tr><td>姓名", "utf-8")
    refuse(tmp_path / "表.csv", errors.HtmlTableError, "网页")


def test_macros_are_refused_by_ending_and_inside(tmp_path: Path) -> None:
    by_name = tmp_path / "宏.xlsm"
    shutil.copy(CLEAN, by_name)
    refuse(by_name, errors.MacroTableError, "宏")
    inside = rebuilt(tmp_path / "宏.xlsx", {"xl/vbaProject.bin": b"x"})
    refuse(inside, errors.MacroTableError, "宏")


@pytest.mark.parametrize("cut", [50, 2000, 60_000])
def test_a_truncated_workbook_is_refused(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "断.xlsx"
    path.write_bytes(CLEAN.read_bytes()[:cut])
    refuse(path, errors.TableDamagedError, "不完整")


def test_a_truncated_old_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "断.xls"
    path.write_bytes((keys.ROSTERS / "06_脱贫人口信息_导出.xls").read_bytes()[:3000])
    refuse(path, errors.TableDamagedError, "不完整")


def test_a_zip_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "包.xlsx"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("readme.txt", "x")
    refuse(path, errors.TableDamagedError, "损坏")


def test_a_flipped_byte_in_a_member_is_noticed(tmp_path: Path) -> None:
    data = bytearray(CLEAN.read_bytes())
    with zipfile.ZipFile(CLEAN) as package:
        member = package.getinfo("xl/sharedStrings.xml")
    data[member.header_offset + member.compress_size // 2] ^= 0xFF
    path = tmp_path / "坏.xlsx"
    path.write_bytes(data)
    refuse(path, errors.TableDamagedError, "损坏")


def test_cells_far_to_the_right_are_refused(tmp_path: Path) -> None:
    """A reader holds the whole rectangle: 20,000 rows up to XFD took 10 GB."""
    rows = b"".join(
        b'<row r="%d"><c r="A%d"><v>1</v></c><c r="XFD%d"><v>1</v></c></row>' % (n, n, n)
        for n in range(1, 20_001)
    )
    path = rebuilt(tmp_path / "宽.xlsx", {SHEET: OPEN + rows + CLOSE})
    refuse(path, errors.TableTooLargeError, "列数")


def test_a_declared_dimension_is_not_believed(tmp_path: Path) -> None:
    xml = (
        b'<?xml version="1.0"?><worksheet><dimension ref="A1:B2"/><sheetData>'
        b'<row r="1"><c r="ZZZ1"><v>1</v></c></row>' + CLOSE
    )
    refuse(rebuilt(tmp_path / "谎.xlsx", {SHEET: xml}), errors.TableTooLargeError, "列数")


@pytest.mark.parametrize(
    "row",
    [
        b'<row r="1048576"/>',
        b'<row r="1"><c r="A1048576"><v>1</v></c></row>',
        b'<row r="99999999999999999999"/>',
    ],
)
def test_a_row_far_down_is_refused(tmp_path: Path, row: bytes) -> None:
    path = rebuilt(tmp_path / "长.xlsx", {SHEET: OPEN + row + CLOSE})
    refuse(path, errors.TableTooLargeError, "行数")


def test_a_million_empty_rows_are_refused(tmp_path: Path) -> None:
    rows = b"".join(b'<row r="%d"/>' % n for n in range(1, 1_000_001))
    path = rebuilt(tmp_path / "空行.xlsx", {SHEET: OPEN + rows + CLOSE})
    refuse(path, errors.TableTooLargeError, "行数")


def test_a_large_sparse_rectangle_is_refused(tmp_path: Path) -> None:
    row = b'<row r="1"><c r="KN1"><v>1</v></c></row><row r="9"><c r="A250000"><v>1</v></c></row>'
    path = rebuilt(tmp_path / "稀.xlsx", {SHEET: OPEN + row + CLOSE})
    refuse(path, errors.TableTooLargeError, "空白")


def test_a_small_file_that_unpacks_to_very_much_is_refused(tmp_path: Path) -> None:
    block = b" " * (1 << 20)
    path = rebuilt(tmp_path / "弹.xlsx", {"xl/sharedStrings.xml": (block for _ in range(300))})
    assert path.stat().st_size < 600_000
    refuse(path, errors.TableTooLargeError, "解开后")


def test_too_many_members_are_refused(tmp_path: Path) -> None:
    path = rebuilt(tmp_path / "多.xlsx", {f"xl/x{n}.xml": b"<a/>" for n in range(2100)})
    refuse(path, errors.TableTooLargeError, "个数")


def test_one_name_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "双.xlsx"
    shutil.copy(CLEAN, path)
    with zipfile.ZipFile(path, "a") as package:
        package.writestr("XL/Workbook.xml", "<x/>")
    refuse(path, errors.TableTooLargeError, "个数")


@pytest.mark.parametrize(
    "member", [SHEET, "xl/workbook.xml", "xl/sharedStrings.xml", "[Content_Types].xml"]
)
@pytest.mark.parametrize(
    "head",
    [
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        b'<?xml version="1.0"?>' + b" " * 300_000 + b"<!doctype x>",
    ],
)
def test_entities_and_document_types_are_refused(tmp_path: Path, member: str, head: bytes) -> None:
    path = rebuilt(tmp_path / "实体.xlsx", {member: head + b"<x/>"})
    refuse(path, errors.UnsafeTableError, "不安全")


def test_a_part_in_another_encoding_cannot_hide_from_the_scan(tmp_path: Path) -> None:
    xml = '<?xml version="1.0" encoding="UTF-16"?><worksheet/>'.encode("utf-16")
    refuse(rebuilt(tmp_path / "码.xlsx", {SHEET: xml}), errors.UnsafeTableError, "不安全")


@pytest.mark.parametrize(
    "row",
    [
        b'<row r="1"><c r="&#90;ZZ1"/></row>',
        b"<row r='1'><c r='ZZZ1'/></row>",
        b'<row r="1"><c s="1" r="ZZZ1"/></row>',
        b'<row r="1"><c\tr="ZZZ1"/></row>',
        b'<row r="1"><x:c r="ZZZ1"/></row>',
        b"<row spans='1:1' r='400000'></row>",
        b'<x:row r="400000"/>',
        b"<row/>",
    ],
)
def test_what_the_scan_cannot_bound_goes_to_the_child(tmp_path: Path, row: bytes) -> None:
    (scan,) = scan_package(rebuilt(tmp_path / "藏.xlsx", {SHEET: OPEN + row + CLOSE})).values()
    assert not scan.is_bounded


def test_an_odd_bomb_is_stopped_in_the_child(tmp_path: Path) -> None:
    rows = b"".join(
        b'<row r="%d"><c r="A%d"/><c s="1" r="XFD%d"><v>1</v></c></row>' % (n, n, n)
        for n in range(1, 20_001)
    )
    path = rebuilt(tmp_path / "怪.xlsx", {SHEET: OPEN + rows + CLOSE})
    refuse(path, errors.TableTooLargeError, "列数")


def test_a_sparse_old_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "稀.xls"
    book = xlwt.Workbook()
    sheet = book.add_sheet("表")
    sheet.write(0, 0, 1)
    sheet.write(65535, 255, 1)
    book.save(str(path))
    refuse(path, errors.TableTooLargeError, "内存")


def test_the_scan_counts_the_same_whatever_the_pieces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = scan_package(keys.ROSTERS / "02_村台账_杂乱.xlsx")
    monkeypatch.setattr("app.excel.zipscan._BLOCK", 997)
    assert scan_package(keys.ROSTERS / "02_村台账_杂乱.xlsx") == whole


def test_cells_without_a_place_are_read_in_a_child(tmp_path: Path) -> None:
    """The bounds cannot be told beforehand; the child's limit stands in."""
    xml = OPEN + b"<row><c><v>1</v></c><c><v>2</v></c></row>" + CLOSE
    path = rebuilt(tmp_path / "无址.xlsx", {SHEET: xml})
    assert not next(iter(check_file(path).sheets.values())).is_bounded
    assert read_table(path).sheets[0].rows == [[1.0, 2.0]]


def test_a_workbook_of_external_links_is_only_read(tmp_path: Path) -> None:
    """Links are never followed and formulas never computed: the stored result counts."""
    path = tmp_path / "链.xlsx"
    book = xlsxwriter.Workbook(str(path))
    book.add_worksheet("表").write_formula(0, 0, "='[http://x/y.xlsx]S'!A1", None, 7)
    book.close()
    assert read_table(path).sheets[0].rows == [[7.0]]


def test_too_many_columns_in_a_text_table_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "宽.csv"
    path.write_text("," * 400, "utf-8")
    refuse(path, errors.TableTooLargeError, "列数")


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "乱.csv"
    path.write_bytes(bytes(range(256)) * 10)
    refuse(path, errors.TextEncodingError, "编码")


def test_a_damaged_stream_is_reported_not_raised(tmp_path: Path) -> None:
    path = tmp_path / "坏.ods"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("content.xml", "<office><broken")
    path.write_bytes(buffer.getvalue())
    refuse(path, errors.TableDamagedError, "损坏")


@pytest.mark.parametrize("begin", ["09000400", "09020600", "09040600", "09080800"])
def test_a_workbook_older_than_containers_is_named(tmp_path: Path, begin: str) -> None:
    path = tmp_path / "旧.xls"
    path.write_bytes(bytes.fromhex(begin) + bytes(60))
    refuse(path, errors.UnknownFormatError, "另存为 .xlsx")
