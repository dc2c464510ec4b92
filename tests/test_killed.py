"""Killed at every write, flush, rename: the state is the one before or the one after, never half.

Real SIGKILLs below the C library, half of the writes torn in the middle. The nightly length is
``ZHUCUN_KILLS=100000``.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SAMPLES = {
    "save": 14,
    "import": 8,
    "export": 8,
    "create": 5,
    "migration": 5,
    "upgrade": 8,
    "close": 8,
    "backup": 8,
    "restore": 14,
    "passphrase": 2,
}


@pytest.fixture(scope="module")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    compiler = shutil.which("cc")
    if compiler is None or not sys.platform.startswith("linux"):
        pytest.skip("needs Linux and a C compiler for the shim")
    out = tmp_path_factory.mktemp("shim") / "shim.so"
    source = ROOT / "tests" / "killing" / "shim.c"
    subprocess.run(  # noqa: S603  our own source
        [compiler, "-shared", "-fPIC", "-O1", "-o", str(out), str(source), "-ldl"], check=True
    )
    return out


@pytest.mark.parametrize("scenario", list(SAMPLES))
def test_a_kill_at_any_write_leaves_the_state_before_or_after(
    shim: Path, tmp_path: Path, scenario: str
) -> None:
    samples = int(os.environ.get("ZHUCUN_KILLS", SAMPLES[scenario]))
    done = subprocess.run(  # noqa: S603  our own program
        [sys.executable, "-m", "tests.killing.worker", scenario, str(tmp_path), str(samples)],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "LD_PRELOAD": str(shim),
            "PYTHONDONTWRITEBYTECODE": "1",  # or the first run would write more than the others
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout)
    states = list(told["states"].values())
    assert states[0] == "before"
    assert set(states[:-1]) <= {"before", "after"}
    assert states == sorted(states, key=["before", "after", "not killed"].index)
