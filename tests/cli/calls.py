"""The command line called in this process, and a small village to call it on."""

import contextlib
import io
import json
from pathlib import Path
from typing import Any

import pytest

from app.cli import main
from app.domain.household import AnswerKey, AnswerValue
from app.ops import months, setup, sheets
from app.ops.setup import ReplicaPlan
from tests.ops.village import ME, OCTOBER, TODAY, add_family, answer_all

GOOD = "shanlihaofengguang9"
PLAN = ReplicaPlan("village", "539901101201", "上坝村", ME.name)


def zhucun(folder: Path, *words: object, passphrase: str | None = GOOD) -> tuple[int, str, str]:
    """Run a verb; return exit code, output and standard error."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("ZHUCUN_PASSPHRASE", raising=False)
        if passphrase is not None:
            patch.setenv("ZHUCUN_PASSPHRASE", passphrase)
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main.run(["--data", str(folder), *map(str, words)])
    return code, out.getvalue(), err.getvalue()


def result(output: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(output)
    return found


def make_village(folder: Path, answers: dict[AnswerKey, AnswerValue]) -> Path:
    """Make a village of one family that has submitted October's sheet with these answers."""
    setup.create_replica(folder, PLAN, GOOD)
    store = setup.open_replica(folder, GOOD, "测试")
    home = add_family(store)
    months.open_period(store, ME, OCTOBER, TODAY)
    sheets.submit_sheet(store, ME, answer_all(store, home, answers), TODAY)
    store.close()
    return folder
