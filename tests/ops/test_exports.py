"""Export of lists: chosen rows and columns, the county's templates, failures that leave nothing."""

import gc
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from app.domain.ownership import Actor
from app.excel.reader import read_table
from app.models.store import Store
from app.ops import exports, print_log, roster, warnings
from app.ops.errors import UnknownHouseholdError
from app.ops.exports import (
    ExportOrder,
    NoFolderError,
    NothingToExportError,
    NotWrittenError,
    PurposeMissingError,
)
from app.ops.roster import ExportChoice
from app.ops.warnings import ManualWarning
from app.ui import problems
from tests.excel import keys

TODAY = date(2025, 10, 31)
FIRST = keys.ROSTERS / "01_村台账_整洁.xlsx"


@pytest.fixture
def imported(store: Store, actor: Actor) -> Store:
    roster.apply_import(store, actor, roster.preview_import(store, [FIRST], TODAY))
    return store


@pytest.fixture
def template(tmp_path: Path) -> Path:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["乡村振兴局要的表"])
    book.active.append(["姓名", "证件号码|脱敏", "备注", "是否低保|1/0"])
    book.save(tmp_path / "县里的表.xlsx")
    return tmp_path / "县里的表.xlsx"


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Path]:
    """Return an empty file system of 64 KB."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        pytest.skip("only root may mount a small file system")
    folder = tmp_path / "stick"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:  # noqa: S603
        pytest.skip("this system does not allow mounting")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)  # noqa: S603, S607


def rows(path: Path) -> list[list[object]]:
    return read_table(path).sheets[0].rows


def test_an_order_for_some_households_writes_just_their_rows(
    imported: Store, actor: Actor, tmp_path: Path
) -> None:
    homes = roster.list_households(imported)[3:6]
    choice = ExportChoice(household_ids=frozenset(h.household_id for h in homes))
    order = ExportOrder("household", choice=choice, purpose="核对")
    done = exports.write(imported, actor, order, tmp_path / "o.xlsx", TODAY)
    head, *body = rows(tmp_path / "o.xlsx")
    assert [row[head.index("户主姓名")] for row in body] == [h.head_name for h in homes]
    assert (done.rows, done.columns) == (3, len(head))


def test_an_order_for_some_warnings_leaves_the_others_of_the_household_out(
    imported: Store, actor: Actor, tmp_path: Path
) -> None:
    home = roster.list_households(imported)[0].household_id
    for code in ("WT-01", "HS-01"):
        new = ManualWarning(home, code, "yellow", "走访时看到的问题", "走访时在现场看到的问题")
        warnings.open_warning(imported, actor, new, TODAY)
    every = warnings.list_warnings(imported, TODAY, only_open=False)
    wanted = next(w for w in every if w.code == "HS-01")
    order = ExportOrder("warning", choice=ExportChoice(item_ids=frozenset({wanted.warning_id})))
    exports.write(imported, actor, order, tmp_path / "o.xlsx", TODAY)
    assert len(every) == 2
    assert len(rows(tmp_path / "o.xlsx")) == 2


def test_a_template_is_kept_without_its_file_and_removed_again(
    imported: Store, actor: Actor, template: Path, tmp_path: Path
) -> None:
    name = exports.add_template(imported, actor, "member", template)
    template.unlink()
    assert exports.templates(imported, "member") == [name] == ["县里的表"]
    assert exports.templates(imported, "household") == []
    order = ExportOrder("member", name, purpose="核对")
    assert [(c.heading, c.words) for c in exports.columns(imported, order)] == [
        ("姓名", "照写"), ("证件号码", "隐去中间"), ("备注", "空着"), ("是否低保", "1/0"),
    ]  # fmt: skip
    exports.write(imported, actor, order, tmp_path / "o.xlsx", TODAY)
    above, head, first, *_ = rows(tmp_path / "o.xlsx")
    assert above[0] == "乡村振兴局要的表"
    assert head == ["姓名", "证件号码", "备注", "是否低保"]
    assert "*" in str(first[1])
    exports.remove_template(imported, actor, "member", name)
    assert exports.templates(imported, "member") == []


def test_every_kind_has_a_chinese_title_and_the_national_order_is_among_them() -> None:
    found = {one.kind: one.title for one in exports.kinds()}
    assert found["national"] == "监测对象信息"
    assert all(not title.isascii() for title in found.values())


def test_a_cancelled_export_leaves_the_old_file_and_nothing_beside_it(
    imported: Store, actor: Actor, tmp_path: Path
) -> None:
    target = tmp_path / "out" / "o.xlsx"
    target.parent.mkdir()
    target.write_bytes(b"old")

    def stop(_done: int, _total: int) -> None:
        raise UnknownHouseholdError

    with pytest.raises(UnknownHouseholdError):
        exports.write(imported, actor, ExportOrder("member", purpose="核对"), target, TODAY, stop)
    assert [path.name for path in target.parent.iterdir()] == ["o.xlsx"]
    assert target.read_bytes() == b"old"


def test_a_stick_that_is_write_protected_is_told_in_words(
    imported: Store, actor: Actor, mounted: Path
) -> None:
    remount = ["mount", "-o", "remount,ro", str(mounted)]
    subprocess.run(remount, check=True)  # noqa: S603
    with pytest.raises(NotWrittenError, match="E241"):
        exports.write(
            imported, actor, ExportOrder("member", purpose="核对"), mounted / "o.xlsx", TODAY
        )
    assert list(mounted.iterdir()) == []


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_full_stick_leaves_nothing_half_written(
    imported: Store, actor: Actor, mounted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    (mounted / "ballast").write_bytes(b"x" * 56 * 1024)
    with pytest.raises(OSError, match="No space") as caught:
        exports.write(
            imported, actor, ExportOrder("member", purpose="核对"), mounted / "o.xlsx", TODAY
        )
    assert "磁盘快满了" in problems.as_app_error(caught.value).user_text()
    assert [path.name for path in mounted.iterdir()] == ["ballast"]
    assert list(scratch.iterdir()) == []
    del caught
    gc.collect()  # the library's archive complains of the full stick once more when it goes


def test_a_folder_that_is_gone_and_an_empty_list_are_refused(
    imported: Store, actor: Actor, tmp_path: Path
) -> None:
    with pytest.raises(NoFolderError, match="E242"):
        exports.write(
            imported,
            actor,
            ExportOrder("member", purpose="核对"),
            tmp_path / "weg" / "o.xlsx",
            TODAY,
        )
    with pytest.raises(NothingToExportError, match="E243"):
        exports.write(imported, actor, ExportOrder("visit"), tmp_path / "o.xlsx", TODAY)
    assert not (tmp_path / "o.xlsx").exists()


def test_an_export_is_noted_without_a_name(imported: Store, actor: Actor, tmp_path: Path) -> None:
    order = ExportOrder("household", choice=ExportChoice(is_public=True))
    exports.write(imported, actor, order, tmp_path / "o.xlsx", TODAY)
    (line,) = print_log.recent(imported)
    assert (line.paper, line.households, line.action) == ("农户", 120, "export")
    assert line.is_masked


def test_whole_numbers_are_written_only_for_a_purpose_which_is_kept_without_numbers(
    imported: Store, actor: Actor, tmp_path: Path
) -> None:
    path = tmp_path / "o.xlsx"
    with pytest.raises(PurposeMissingError, match="E245"):
        exports.write(imported, actor, ExportOrder("member", purpose=" 用"), path, TODAY)
    assert not path.exists()
    assert print_log.recent(imported) == []
    purpose = "换发医保卡，问18700000475"
    exports.write(imported, actor, ExportOrder("member", purpose=purpose), path, TODAY)
    (line,) = print_log.recent(imported)
    assert line.paper.endswith("（用途：换发医保卡，问＊）")


def test_a_table_without_numbers_needs_no_purpose(
    imported: Store, actor: Actor, tmp_path: Path
) -> None:
    with pytest.raises(NothingToExportError):  # not the purpose is missing
        exports.write(imported, actor, ExportOrder("warning"), tmp_path / "o.xlsx", TODAY)
