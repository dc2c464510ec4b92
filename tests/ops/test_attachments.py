"""Photos and scans in a real encrypted store: added once, journaled, ended, never deleted."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.domain.ownership import Actor
from app.models.attachment import Attachment, AttachmentContent
from app.models.errors import OwnershipError
from app.models.journal import ChangeRow
from app.models.store import Store
from app.ops import attachments, doctor, pictures
from app.ops.attachment_errors import (
    AttachmentRefusedError,
    ContentDamagedError,
    ContentMissingError,
    PictureRefusedError,
    RemovalRefusedError,
    UnknownAttachmentError,
)
from app.ops.attachments import Thing
from tests.conftest import VILLAGE
from tests.ops import photos
from tests.ops.village import ME, OCTOBER, TODAY, add_family, answer_all, open_october


@pytest.fixture
def home(store: Store) -> str:
    return add_family(store)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return photos.photo(tmp_path / "现场.jpg")


def added(store: Store, thing: Thing, *paths: Path, today: date = TODAY) -> attachments.Added:
    return attachments.add_files(store, ME, [thing], paths, "屋顶", today)


def test_a_photo_is_attached_and_read_back(store: Store, home: str, path: Path) -> None:
    done = added(store, Thing("household", home), path)
    (line,) = done.lines
    assert (line.household_id, line.caption, line.added_by) == (home, "屋顶", "张卫东")
    assert (line.taken_on, line.added_on, line.is_here) == (date(2025, 10, 12), TODAY, True)
    assert done.changed.tables == {"attachment"}
    content, media_type = attachments.content(store, line.attachment_id)
    assert (content, media_type) == (pictures.from_file(path).content, "image/jpeg")
    assert attachments.of_things(store, [Thing("household", home)]) == [line]


def test_row_is_journaled_and_content_is_not(store: Store, home: str, path: Path) -> None:
    (line,) = added(store, Thing("household", home), path).lines
    with store.read() as session:
        tables = set(session.scalars(select(ChangeRow.table_name)))
        row = session.get_one(Attachment, line.attachment_id)
        assert row.scope == VILLAGE
    assert "attachment" in tables
    assert "attachment_content" not in tables


def test_equal_bytes_are_kept_once(store: Store, home: str, path: Path) -> None:
    open_october(store)
    sheet = answer_all(store, home)
    things = [Thing("household", home), Thing("sheet", sheet, "HS-03")]
    lines = attachments.add_files(store, ME, things, [path, path], "", TODAY).lines
    assert len({line.attachment_id for line in lines}) == 2
    with store.read() as session:
        kept = select(func.count()).select_from(AttachmentContent)
        assert session.execute(kept).scalar_one() == 1
    assert len(attachments.of_things(store, things)) == 1
    assert attachments.totals(store).count == 1


def test_what_is_taken_down_stays_with_its_reason_and_may_hang_again(
    store: Store, home: str, path: Path
) -> None:
    thing = Thing("household", home)
    (line,) = added(store, thing, path).lines
    with pytest.raises(RemovalRefusedError):
        attachments.remove(store, ME, [line.attachment_id], " ", TODAY)
    attachments.remove(store, ME, [line.attachment_id], "拍错了户", TODAY)
    assert attachments.of_things(store, [thing]) == []
    (ended,) = attachments.of_things(store, [thing], with_removed=True)
    assert (ended.removed_on, ended.removed_reason) == (TODAY, "拍错了户")
    with pytest.raises(RemovalRefusedError):
        attachments.remove(store, ME, [line.attachment_id], "再撤一次", TODAY)
    (again,) = added(store, thing, path).lines
    assert (again.attachment_id, again.removed_on) == (line.attachment_id, None)
    assert [c.check for c in doctor.examine(store) if not c.ok] == []


def test_one_bad_file_adds_none_of_them(
    store: Store, home: str, path: Path, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.jpg"
    bad.write_bytes(b"MZ")
    with pytest.raises(PictureRefusedError):
        added(store, Thing("household", home), path, bad)
    assert attachments.listed(store) == []
    found, refused = attachments.read_files([path, bad])
    assert (len(found), len(refused)) == (1, 1)
    assert "bad.jpg" in refused[0]


def test_only_what_there_is_takes_a_photo(store: Store, home: str, path: Path) -> None:
    for thing, said in ((Thing("warning", "x"), "没有编号"), (Thing("cow", home), "可加到")):
        with pytest.raises(AttachmentRefusedError) as caught:
            added(store, thing, path)
        assert said in caught.value.sentence()
    with store.read() as session:  # the content was rolled back with its row
        assert session.scalars(select(AttachmentContent)).all() == []


def test_nine_photos_of_a_thing_and_no_more(store: Store, home: str, tmp_path: Path) -> None:
    colours = [f"#{n}0{n}0{n}0" for n in range(10)]
    found = [
        pictures.from_memory(
            photos.photo(tmp_path / "p.jpg", size=(40, 30), colour=colour).read_bytes(), "p"
        )
        for colour in colours
    ]
    thing = Thing("household", home)
    attachments.add(store, ME, [thing], found[:9], "", TODAY)
    with pytest.raises(AttachmentRefusedError) as caught:
        attachments.add(store, ME, [thing], found[9:], "", TODAY)
    assert "最多9张" in caught.value.sentence()
    assert len(attachments.listed(store)) == 9


def test_who_only_reads_adds_nothing(store: Store, home: str, path: Path) -> None:
    reader = Actor("李看看", "readonly")
    with pytest.raises(OwnershipError):
        attachments.add_files(store, reader, [Thing("household", home)], [path], "", TODAY)
    assert attachments.listed(store) == []


def test_a_photo_of_another_month_is_kept_and_asked_about(
    store: Store, home: str, path: Path
) -> None:
    open_october(store)
    sheet = answer_all(store, home)
    earlier = added(store, Thing("sheet", sheet), path, today=date(2025, 10, 1))
    assert "晚于今天" in earlier.notes[0]
    assert added(store, Thing("sheet", sheet), path).notes == ()
    later = added(store, Thing("household", home), path, today=TODAY + timedelta(90))
    assert "早于60天前" in later.notes[0]


def test_an_attachment_is_written_out_on_demand(
    store: Store, home: str, path: Path, tmp_path: Path
) -> None:
    (line,) = added(store, Thing("household", home), path).lines
    out = tmp_path / "out.jpg"
    out.write_text("older")
    assert attachments.export(store, ME, line.attachment_id, out) == line.size
    assert out.read_bytes() == attachments.content(store, line.attachment_id)[0]
    assert not list(tmp_path.glob("*.part"))
    with pytest.raises(UnknownAttachmentError):
        attachments.export(store, ME, "x", out)


def test_doctor_tells_what_has_not_come_and_what_is_damaged(
    store: Store, home: str, path: Path
) -> None:
    (line,) = added(store, Thing("household", home), path).lines

    def check() -> doctor.Check:
        return next(c for c in doctor.examine(store) if c.check == "attachments")

    assert (check().ok, check().detail[:2]) == (True, "1件")
    with store.absorb() as session:
        session.get_one(AttachmentContent, line.sha256).content = b"changed by a bad disk"
    assert (check().ok, check().detail) == (False, f"{line.sha256[:8]}：内容坏了")
    with pytest.raises(ContentDamagedError):
        attachments.content(store, line.attachment_id)
    with store.absorb() as session:
        session.delete(session.get_one(AttachmentContent, line.sha256))
    assert check().ok
    assert "1件的内容还没有到" in check().detail
    assert not attachments.of_things(store, [line.thing])[0].is_here
    with pytest.raises(ContentMissingError):
        attachments.content(store, line.attachment_id)


def test_the_photo_of_an_answer_is_found_by_its_question(
    store: Store, home: str, path: Path
) -> None:
    open_october(store)
    sheet = answer_all(store, home)
    added(store, Thing("sheet", sheet, "HS-03"), path)
    assert len(attachments.of_things(store, [Thing("sheet", sheet, "HS-03")])) == 1
    assert attachments.of_things(store, [Thing("sheet", sheet, "WT-01")]) == []
    assert len(attachments.of_things(store, [Thing("sheet", sheet)])) == 1
    assert len(attachments.listed(store, household_id=home)) == 1
    assert str(OCTOBER) == "2025-10"
