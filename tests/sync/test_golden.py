"""Packages that released versions wrote are opened by every later one."""

import json
from pathlib import Path

import pytest

from app.sync.keys import DeviceKeys, read_certificate, read_identity
from app.sync.package import open_package
from app.sync.records import canonical_json, from_pair
from app.sync.trust import Trust
from tests.sync.make_golden import FOLDER

FILES = sorted(FOLDER.glob("*.变更包"))


def test_there_is_a_golden_package_of_every_version() -> None:
    assert [path.stem for path in FILES] == ["format-1-schema-1", "format-1-schema-2"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_package_of_every_version_opens_with_its_exact_lines(path: Path) -> None:
    known = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    identity = read_identity(canonical_json(known["identity"]))
    keys = DeviceKeys(identity, bytes.fromhex(known["signing_key"]), known["encryption_key"])
    certificates = [read_certificate(from_pair(pair)) for pair in known["certificates"]]
    opened = open_package(path.read_bytes(), keys, Trust(known["root"], certificates))
    lines = [line.decode() for segment in opened.segments for line in segment.segment.lines]
    assert lines == known["lines"]
    assert opened.sender.identity.name == known.get("sender", "青石村")
    base = [line.line.decode() for its in opened.bases for line in its.lines]
    assert base == known.get("base", [])
    assert [content.hex() for content in opened.contents] == known.get("contents", [])
    assert len(opened.receipt.heads) == 1
