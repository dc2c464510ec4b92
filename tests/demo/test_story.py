"""The demo: one whole month through three real replicas."""

from datetime import date
from pathlib import Path

import pypdfium2
import pytest

from app.demo import story
from app.demo.story import PERIOD, REMARK, DemoFolderError
from app.domain import warning
from app.domain.identity import read
from app.ops import months, roster, setup, sheets, warnings

PASSPHRASE = "yizhangchengyangdeyuwang"
TODAY = date(2025, 10, 25)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> story.Played:
    folder = tmp_path_factory.mktemp("demo")
    return story.play(folder, PASSPHRASE, 12, 1, lambda _: None)


def test_every_file_of_the_way_lies_there(played: story.Played) -> None:
    kinds = [path.suffix for path in played.files]
    assert kinds.count(".变更包") == 9
    assert {".xlsx", ".pdf", ".登记申请", ".授权书"} <= set(kinds)
    assert all(path.stat().st_size > 0 for path in played.files)
    assert played.warnings_opened > 3


def test_the_townships_remark_stands_at_the_very_field_in_the_village(
    played: story.Played,
) -> None:
    store = setup.open_replica(played.folders["village"], PASSPHRASE, "测试")
    try:
        (returned,) = [
            w for w in warnings.list_warnings(store, TODAY) if w.state == warning.RETURNED
        ]
        sheet = sheets.open_sheet(store, returned.household_id, PERIOD, TODAY)
        remark = sheet.remarks["ED-01", returned.member_id]
        assert (remark.text, remark.by, remark.warning_id) == (
            REMARK,
            "王芳",
            returned.warning_id,
        )
        assert ("ED-01", returned.member_id) in sheet.cells
        status = months.month_status(store, PERIOD, TODAY)
        assert len(status.not_visited) == 1  # the last household is still to visit
    finally:
        store.close()


def test_a_red_warning_is_struck_off_by_the_county_after_measure_visit_and_request(
    played: story.Played,
) -> None:
    store = setup.open_replica(played.folders["village"], PASSPHRASE, "测试")
    try:
        lines = warnings.list_warnings(store, TODAY, only_open=False)
        closed = [line for line in lines if line.state == warning.CLOSED]
        assert len(closed) == played.warnings_closed == 1
        page = warnings.show_warning(store, closed[0].warning_id, TODAY)
        assert [(s.action, s.level) for s in page.history] == [
            ("detect", "village"), ("confirm", "village"), ("pass", "township"),
            ("determine", "county"), ("assign", "county"), ("start", "county"),
            ("done", "county"), ("request-close", "township"), ("close", "county"),
        ]  # fmt: skip
        assert "R-14" not in {line.code for line in lines}  # every object has its measures
    finally:
        store.close()


def test_the_three_levels_see_the_same_story(played: story.Played) -> None:
    told = []
    for folder in played.folders.values():
        store = setup.open_replica(folder, PASSPHRASE, "测试")
        told.append(
            [(w.warning_id, w.state) for w in warnings.list_warnings(store, TODAY, only_open=False)]
        )
        store.close()
    assert told[0] == told[1] == told[2]
    assert len(told[0]) == played.warnings_opened


def test_the_village_is_all_there_and_its_numbers_are_valid_and_invented(
    played: story.Played,
) -> None:
    store = setup.open_replica(played.folders["village"], PASSPHRASE, "测试")
    try:
        homes = roster.list_households(store)
        assert len(homes) == 12
        for home in homes:
            for member in roster.household_page(store, home.household_id).members:
                assert member.id_no.startswith("539901")
                assert read(member.id_no).problem == ""
    finally:
        store.close()


def test_the_plan_has_a_bookmark_for_each_household(played: story.Played) -> None:
    path = next(path for path in played.files if path.suffix == ".pdf")
    document = pypdfium2.PdfDocument(path)
    assert len(list(document.get_toc())) == 12
    document.close()


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("x")
    with pytest.raises(DemoFolderError):
        story.play(tmp_path, PASSPHRASE, 6, 1, lambda _: None)
    assert [p.name for p in tmp_path.iterdir()] == ["letter.txt"]
