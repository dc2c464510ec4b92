"""Killed while typing: what was said to be stored is there when the program opens again."""

import os
import signal
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from app.models.store import Store
from app.ops import sheets
from tests.ops.typing_child import AMOUNT, WORDS
from tests.ops.village import OCTOBER, TODAY, add_family, open_october

ROOT = Path(__file__).parents[2]


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL on this system")
@pytest.mark.parametrize("lines", [1, 8, 21])
def test_everything_typed_is_there_after_a_kill(store: Store, lines: int) -> None:
    household = add_family(store)
    open_october(store)
    sheet_id = sheets.open_sheet(store, household, OCTOBER, TODAY).sheet_id
    path, key = store.path, store._key
    store.close()
    stored = _type_until_killed(path, key, sheet_id, lines)
    again = Store(path, key)
    try:
        words = sheets.drafts(again, sheet_id)[WORDS]
        assert int(words.strip("写到第字")) >= stored["draft"]
        if "answer" in stored:
            shown = sheets.open_sheet(again, household, OCTOBER, TODAY)
            amount = shown.facts.answers[AMOUNT]
            assert isinstance(amount, Decimal)
            assert amount >= stored["answer"]
        connection = again.raw()
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        connection.close()
    finally:
        again.close()


def _type_until_killed(path: Path, key: bytes, sheet_id: str, lines: int) -> dict[str, int]:
    """Return the last number of each kind that the process said to be stored."""
    words = [sys.executable, "-m", "tests.ops.typing_child", str(path), key.hex(), sheet_id]
    stored: dict[str, int] = {}
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=ROOT) as child:  # noqa: S603
        assert child.stdout is not None
        for _ in range(lines):
            what, number = child.stdout.readline().split()
            stored[what] = int(number)
        os.kill(child.pid, signal.SIGKILL)
        assert child.wait() == -signal.SIGKILL
    return stored
