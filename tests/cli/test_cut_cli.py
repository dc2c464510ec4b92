"""``device cuts``, ``device move-cut``, ``history --household`` by number."""

from tests.cli.test_package_cli import Desk, desk, enrol, replicas, with_family

__all__ = ["desk", "replicas"]


def test_a_cut_is_listed_and_moved_by_two_and_the_history_of_a_household_is_found(
    desk: Desk,
) -> None:
    village = enrol(desk, "township", "village")
    with_family(desk)
    desk.ok("village", "package", "export", "--to", "parent", "--out", desk.file("1.变更包"))
    desk.ok("township", "package", "import", desk.file("1.变更包"))
    changes = desk.ok("township", "history", "--household", "2")["changes"]
    assert {(c["field"], c["device"]) for c in changes} == {("", "某village")}
    assert {c["device"] for c in desk.ok("village", "history", "--household", "2")["changes"]} == {
        "本机"
    }
    assert desk.ok("township", "device", "cuts")["cuts"] == []
    desk.ok("township", "device", "revoke", village, "--reason", "丢失")
    (cut,) = desk.ok("township", "device", "cuts")["cuts"]
    assert (cut["number"], cut["last"], cut["device_id"]) == (1, 1, village)
    desk.ok("township", "operator", "add", "王芳", "--role", "reviewer")
    words = ("--number", "0", "--reason", "不是他们写的")
    code, refused = desk("township", "device", "move-cut", cut["cut_id"], *words, "--second", "谁")
    assert (code, refused["error"]["code"]) == (1, "E371")
    moved = desk.ok("township", "device", "move-cut", cut["cut_id"], *words, "--second", "王芳")
    assert (moved["cut"]["number"], moved["voided"], moved["restored"]) == (0, 1, 0)
    assert len(moved["households"]) == 1
