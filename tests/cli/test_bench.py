"""``bench``: figures beside their bounds, nothing left behind."""

import json
from pathlib import Path

import pytest

from app.bootstrap import main


def test_every_figure_stands_beside_its_bound(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "sys.argv", ["zhucun", "--data", str(tmp_path), "--json", "bench", "--households", "10"]
    )
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert main() == 0
    told = json.loads(capsys.readouterr().out)["figures"]
    assert set(told) == {"roster_import", "month_check", "save_answer", "search"}
    for figure in told.values():
        assert figure["seconds"] > 0
        assert figure["bound_seconds"] > 0
        assert figure["ratio"] > 0
    assert [p.name for p in tmp_path.iterdir() if p.is_dir()] == []
