"""The lost county on the command line: reserve key, succession, and what never enters JSON."""

from pathlib import Path

from tests.cli.calls import GOOD, result, zhucun

LEVELS = {
    "county": ("539901000000", "云山县"),
    "new": ("539901000000", "云山县"),
    "township": ("539901101000", "云岭镇"),
}


def init(folder: Path, name: str) -> None:
    area, called = LEVELS[name]
    level = "township" if name == "township" else "county"
    code, _, err = zhucun(
        folder / name, "init", "--level", level, "--area", area, "--name", called,
        "--operator", "张卫东", "--recovery-out", str(folder / f"{name}.key"),
    )  # fmt: skip
    assert code == 0, err


def run(folder: Path, name: str, *words: str) -> dict[str, object]:
    code, out, err = zhucun(folder / name, "--json", *words, passphrase=GOOD)
    assert code == 0, err
    return result(out)


def enrol(folder: Path, upper: str, lower: str) -> None:
    request, answer = str(folder / f"{lower}.登记申请"), str(folder / f"{upper}-{lower}.授权书")
    run(folder, lower, "device", "request", "--out", request)
    run(folder, upper, "device", "approve", request, "--out", answer)
    given = run(folder, upper, "device", "approve", request, "--out", answer)["fingerprint"]
    run(folder, lower, "device", "accept", answer, "--fingerprint", str(given))


def test_a_new_county_device_takes_the_lost_ones_place(tmp_path: Path) -> None:
    for name in LEVELS:
        init(tmp_path, name)
    paper = tmp_path / "备用密钥.txt"
    made = run(tmp_path, "county", "device", "reserve", "--out", str(paper))
    written = paper.read_text(encoding="utf-8").strip()
    assert written not in str(made)
    assert paper.stat().st_mode & 0o777 == 0o600
    enrol(tmp_path, "county", "township")

    run(tmp_path, "new", "device", "reserve", "--out", str(tmp_path / "新的.txt"))
    file = str(tmp_path / "县级接替")
    run(tmp_path, "new", "device", "succeed", "--old", str(made["device_id"]),
        "--reserve-file", str(paper), "--out", file)  # fmt: skip
    taken = run(tmp_path, "township", "device", "take-root", file)
    assert (taken["state"], taken["name"]) == ("accepted", "云山县")
    listed = run(tmp_path, "township", "device", "list")
    assert listed["has_reserve"] is True
    relations = {line["device_id"]: line["relation"] for line in listed["devices"]}  # type: ignore[attr-defined]
    assert relations[taken["device_id"]] in {"superior", "root"}
    enrol(tmp_path, "new", "township")


def test_a_reserve_key_is_refused_twice_and_below_the_county(tmp_path: Path) -> None:
    init(tmp_path, "county")
    init(tmp_path, "township")
    run(tmp_path, "county", "device", "reserve", "--out", str(tmp_path / "一"))
    code, out, _ = zhucun(
        tmp_path / "county", "--json", "device", "reserve", "--out", str(tmp_path / "二")
    )
    assert (code, result(out)["error"]["code"]) == (1, "E353")
    assert not (tmp_path / "二").exists()
    code, out, _ = zhucun(
        tmp_path / "township", "--json", "device", "reserve", "--out", str(tmp_path / "三")
    )
    assert (code, result(out)["error"]["code"]) == (3, "E332")
