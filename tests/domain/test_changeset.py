"""Changeset lines: one canonical form, and nothing else is read."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.changeset import (
    Chain,
    Changeset,
    FieldChange,
    Head,
    digest,
    genesis,
    parse_line,
)

JSON = st.none() | st.booleans() | st.integers() | st.text()
TEXT = st.text()
CHANGES = st.builds(FieldChange, TEXT, TEXT, TEXT, JSON, JSON | st.dictionaries(TEXT, JSON))


@st.composite
def changesets(draw: st.DrawFn) -> Changeset:
    chain = st.builds(Chain, TEXT, TEXT, TEXT)
    return Changeset(
        chain=draw(chain),
        number=draw(st.integers(1)),
        previous=draw(TEXT),
        at=draw(TEXT),
        actor=draw(TEXT),
        role=draw(TEXT),
        operation=draw(TEXT),
        operation_id=draw(TEXT),
        reason=draw(TEXT),
        seen=draw(st.dictionaries(chain, st.builds(Head, st.integers(1), TEXT), max_size=3)),
        changes=tuple(draw(st.lists(CHANGES, max_size=4))),
    )


@given(changesets())
def test_a_line_reads_back_as_the_same_changeset(changeset: Changeset) -> None:
    try:
        line = changeset.line()
    except UnicodeEncodeError:  # lone surrogates cannot be written at all
        return
    assert parse_line(line) == changeset


def sample() -> dict[str, Any]:
    changeset = Changeset(Chain("o", "e", "s"), 1, "p", "t", "a", "r", "op", "id", "")
    record: dict[str, Any] = json.loads(changeset.line())
    return record


def canonical(record: dict[str, Any]) -> bytes:
    return json.dumps(record, sort_keys=True, separators=(",", ":")).encode()


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\xff",
        b"[]",
        b"null",
        b"[" * 100_000,
        canonical(sample()) + b" ",
        canonical(sample() | {"v": 2}),
        canonical({k: v for k, v in sample().items() if k != "seen"}),
        canonical(sample() | {"further": 1}),
        canonical(sample() | {"changes": [["t", "r"]]}),
        canonical(sample())[:-1] + b',"v":1}',
        json.dumps(sample()).encode(),
    ],
)
def test_anything_but_the_canonical_form_is_refused(line: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  whatever the reason, never another error
        parse_line(line)


def test_the_first_link_binds_device_epoch_and_scope() -> None:
    links = {genesis(*parts) for parts in (("d", "e", "s"), ("x", "e", "s"), ("d", "x", "s"))}
    assert len(links | {genesis("d", "e", "x")}) == 4
    assert len(digest(b"")) == 64
