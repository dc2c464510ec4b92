"""Where a replica may lie: synced folders and network drives are refused, sticks warned of."""

import os
import sys
from pathlib import Path

import pytest

from app.ops import backup, places, restore, setup
from app.ops.places import LongPathError, UnsafePlaceError
from tests.ops.test_backup import BY_GOOD, GOOD, NOW, PLAN, add, households

DISKS = [
    ("/dev/sda2", "/", "ext4"),
    ("server:/export", "/home/共享", "nfs4"),
    ("//server/f", "/mnt/f", "cifs"),
    ("/dev/sdb1", "/media/zhang/U盘", "vfat"),
    ("/dev/sdc1", "/run/media/zhang/4 G", "exfat"),
    ("tmpfs", "/home/共享/本机", "tmpfs"),
]


@pytest.mark.parametrize(
    ("folder", "place"),
    [
        ("OneDrive/驻村", "OneDrive"),
        ("OneDrive - 云山县/驻村", "OneDrive"),
        ("用户/我的坚果云/a/b", "坚果云"),
        ("Nutstore/1/驻村", "坚果云"),
        ("BaiduSyncdisk/驻村", "百度网盘"),
        ("WPS云盘/驻村", "WPS云盘"),
        ("WPSDrive/123/WPS云盘", "WPS云盘"),
        ("iCloudDrive/驻村", "iCloud"),
        ("Dropbox/驻村", "Dropbox"),
        ("DROPBOX (个人)/驻村", "Dropbox"),
        ("阿里云盘/驻村", "网盘"),
    ],
)
def test_fault_35_nothing_is_made_in_a_synced_folder(
    tmp_path: Path, folder: str, place: str
) -> None:
    with pytest.raises(UnsafePlaceError) as caught:
        setup.create_replica(tmp_path / folder, PLAN, GOOD)
    assert place in caught.value.user_text()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("marker", [".dropbox.cache", ".stfolder", ".nextcloudsync.log"])
def test_fault_35_a_synced_folder_of_another_name_is_known_by_what_its_program_left(
    tmp_path: Path, marker: str
) -> None:
    (tmp_path / "工作" / marker).mkdir(parents=True)
    with pytest.raises(UnsafePlaceError):
        setup.create_replica(tmp_path / "工作" / "驻村", PLAN, GOOD)
    assert not (tmp_path / "工作" / "驻村").exists()


def test_fault_35_the_folder_that_the_system_names_as_onedrive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OneDrive", str(tmp_path / "云"))
    found = places.doubt_of(tmp_path / "云" / "驻村")
    assert found is not None
    assert found.kind == "synced"


def test_a_link_into_a_synced_folder_is_no_way_around(tmp_path: Path) -> None:
    (tmp_path / "Dropbox" / "x").mkdir(parents=True)
    (tmp_path / "本机").symlink_to(tmp_path / "Dropbox" / "x")
    assert places.doubt_of(tmp_path / "本机" / "v") is not None


@pytest.mark.parametrize(
    "folder", ["驻村", "BaiduNetdiskDownload/驻村", "坚果云的安装包/v", "dropbox旧文件"]
)
def test_other_folders_are_nothing_to_doubt(tmp_path: Path, folder: str) -> None:
    assert places.doubt_of(tmp_path / folder) is None


@pytest.mark.skipif(sys.platform == "win32", reason="mounts are of other systems")
@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/home/zhang/驻村", None),
        ("/home/共享/驻村", "network"),
        ("/home/共享/本机/驻村", None),
        ("/home/共享的/驻村", None),
        ("/mnt/f", "network"),
        ("/media/zhang/U盘/驻村", "removable"),
        ("/run/media/zhang/4 G", "removable"),
    ],
)
def test_fault_35_network_drives_and_sticks_are_told_by_their_mount(
    folder: str, kind: str | None
) -> None:
    assert places.drive_of(Path(folder), DISKS) == kind


def test_on_a_stick_it_is_made_and_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "_mounts", lambda: [("/dev/sdb1", str(tmp_path), "vfat")])
    monkeypatch.setattr(places, "_is_removable", lambda device: device == "/dev/sdb1")
    setup.create_replica(tmp_path / "v", PLAN, GOOD)
    assert "拔出时可能坏" in places.sentence(tmp_path / "v")


def test_what_lies_in_a_synced_folder_already_opens_and_nothing_is_restored_there(
    tmp_path: Path,
) -> None:
    setup.create_replica(tmp_path / "v", PLAN, GOOD)
    synced = tmp_path / "OneDrive"
    synced.mkdir()
    (tmp_path / "v").rename(synced / "v")
    store = setup.open_replica(synced / "v", GOOD, "测试", clock=lambda: NOW)
    made = backup.create_backup(store, tmp_path / "一份.备份")
    store.close()
    assert "OneDrive" in places.sentence(synced / "v")
    with pytest.raises(UnsafePlaceError):
        restore.restore_backup(made.path, synced / "new", BY_GOOD, NOW)
    assert not (synced / "new").exists()


def deep(base: Path, size: int) -> Path:
    """Return a folder below ``base`` whose whole path has so many bytes."""
    left = size - len(os.fsencode(base)) - 2
    here, parts = base, []
    while left > 0:
        name = "村" * min(left // 3, 20) or "x" * left
        parts.append(name)
        left -= len(os.fsencode(name)) + 1
    for name in parts:
        here /= name
    return here


@pytest.mark.skipif(sys.platform == "win32", reason="bytes count elsewhere")
def test_further_03_a_path_that_is_too_long_gets_a_sentence_and_the_longest_works_whole(
    tmp_path: Path,
) -> None:
    with pytest.raises(LongPathError) as caught:
        setup.create_replica(deep(tmp_path, 460), PLAN, GOOD)
    assert "路径太长" in caught.value.user_text()
    assert list(tmp_path.iterdir()) == []
    longest = deep(tmp_path, 449)
    assert 440 < len(os.fsencode(longest)) <= 450
    longest.parent.mkdir(parents=True)
    setup.create_replica(longest, PLAN, GOOD)
    store = setup.open_replica(longest, GOOD, "测试", clock=lambda: NOW)
    add(store, 1)
    made = backup.create_backup(store, tmp_path / "一份.备份")
    assert households(store) == {"h1"}
    store.close()
    done = restore.replace_damaged(made.path, longest, BY_GOOD, NOW)
    assert done.set_aside is not None
