"""打印记录: every print, export and unmasking, with who and when, inside the encrypted database."""

import json
from pathlib import Path

import pytest

from app.domain.plan import Edition
from app.models.store import Store
from app.ops import local_settings, monitoring_papers, previews, print_log, visit_papers
from app.ops.plans import PlanJob, print_plans
from app.ops.print_log import Hanging, Noted
from tests.ops.village import ME, OCTOBER, add_family, open_october, printing


def told(store: Store) -> list[tuple[str, str, str, int]]:
    return [
        (line.actor, line.action, line.paper, line.households) for line in print_log.recent(store)
    ]


def test_every_paper_is_noted_with_who_what_and_how_many(store: Store, tmp_path: Path) -> None:
    add_family(store, "2")
    add_family(store, "3")
    open_october(store)
    print_plans(store, PlanJob(), printing(tmp_path / "a.pdf"))
    visit_papers.print_visits(store, None, OCTOBER, printing(tmp_path / "b.pdf"))
    monitoring_papers.print_ledger(store, None, printing(tmp_path / "c.pdf"))
    assert told(store) == [
        ("张卫东", "export", "监测预警与帮扶措施台账", 0),
        ("张卫东", "export", "月度走访登记表（2025-10）", 2),
        ("张卫东", "export", "一户一策（存档版）", 2),
    ]
    assert [Path(line.path).name for line in print_log.open_files(store)] == [
        "c.pdf", "b.pdf", "a.pdf",
    ]  # fmt: skip


def test_looking_is_no_print_and_what_becomes_of_it_is_noted_once(
    store: Store, tmp_path: Path
) -> None:
    home = add_family(store)
    job = PlanJob((home,), Edition.WALL)
    printed, data = previews.in_memory(store, lambda path: print_plans(store, job, printing(path)))
    assert told(store) == []
    assert print_log.hanging(store, Edition.WALL.value) == {}
    previews.sent(store, ME, printed)
    assert told(store) == [("张卫东", "print", "一户一策（上墙版）", 1)]
    assert set(print_log.hanging(store, Edition.WALL.value)) == {home}
    with pytest.raises(OSError, match="No such"):
        previews.keep(store, ME, printed, tmp_path / "no" / "a.pdf", data)
    previews.keep(store, ME, printed, tmp_path / "a.pdf", data)
    assert [action for _, action, _, _ in told(store)] == ["export", "print"]
    assert print_log.open_files(store) == []  # anybody may read what hangs on a wall


def test_a_file_written_twice_is_listed_once_and_tells_when_it_is_gone(
    store: Store, tmp_path: Path
) -> None:
    path = tmp_path / "户.xlsx"
    path.write_bytes(b"x")
    for count in (1, 2):
        print_log.note(store, ME, Noted("户台账", count), path)
    (line,) = print_log.open_files(store)
    assert (line.households, line.is_there) == (2, True)
    path.unlink()
    (line,) = print_log.open_files(store)
    assert not line.is_there


def test_unmasking_is_noted_and_nothing_of_it_travels(store: Store) -> None:
    before = store.path.stat().st_size
    print_log.note_unmasking(store, ME, "成员证件号码", 1)
    assert told(store) == [("张卫东", "unmask", "成员证件号码", 1)]
    assert before
    with store.read() as session:
        from app.models.journal import ChangesetRow  # noqa: PLC0415

        assert session.query(ChangesetRow).count() == 0


def test_old_files_are_taken_over_once_and_removed(store: Store) -> None:
    folder = store.path.parent
    line = {"at": "2025-09-01T02:00:00+00:00", "role": "leader", "paper": "一户一档",
            "households": 1, "pages": 7}  # fmt: skip
    (folder / "prints.jsonl").write_text(
        json.dumps(line) + "\n{broken\n[]\n" + '{"at": 3}\n', encoding="utf-8"
    )
    hanging = {"wall_edition": {"h1": ["d" * 64, "2025-09-01"], "h2": ["broken"]}, "x": 3}
    (folder / "papers.json").write_text(json.dumps(hanging), encoding="utf-8")
    (folder / "fonts.json").write_text('{"body": "/fonts/仿宋.ttf"}', encoding="utf-8")
    for _ in range(2):
        print_log.take_over(store)
    assert [(one.paper, one.role, one.pages) for one in print_log.recent(store)] == [
        ("一户一档", "leader", 7)
    ]
    assert print_log.hanging(store, "wall_edition") == {"h1": Hanging("d" * 64, "2025-09-01")}
    assert local_settings.read_setting(store, "font.body") == "/fonts/仿宋.ttf"
    for name in ("prints.jsonl", "papers.json", "fonts.json"):
        assert not (folder / name).exists()


def test_damaged_old_files_lose_only_what_they_said(store: Store) -> None:
    for name in ("prints.jsonl", "papers.json", "fonts.json"):
        (store.path.parent / name).write_bytes(b"\xff[1")
    print_log.take_over(store)
    assert print_log.recent(store) == []
    assert not (store.path.parent / "fonts.json").exists()
