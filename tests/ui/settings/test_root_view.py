"""The county's reserve key on screen, and the new county device taken in below."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.models.store import Store
from app.ops import roots
from app.ui import messages
from app.ui.settings.root_view import RootView
from tests.conftest import COUNTY, TOWNSHIP, StoreMaker
from tests.ops.network import ME, enrol
from tests.ui.conftest import make_desk


def view_of(qtbot: QtBot, store: Store) -> RootView:
    view = RootView(make_desk(store, ME))
    qtbot.addWidget(view)
    view.refresh()
    view.show()
    return view


def test_a_lost_county_laptop_is_replaced_by_screen(
    qtbot: QtBot, new_store: StoreMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(messages, "show_text", lambda _parent, _title, text: told.append(text))
    county, township = new_store("county", COUNTY, "云山县"), new_store("township", TOWNSHIP, "镇")
    old = view_of(qtbot, county)
    assert "还没有" in old.state.text()
    paper = old.make()
    assert "已有" in old.state.text()
    assert not old.make_button.isEnabled()
    enrol(county, township, tmp_path)

    fresh = view_of(qtbot, new_store("county", COUNTY, "云山县"))
    fresh.make()
    dialog = fresh.succeed_dialog()
    qtbot.addWidget(dialog)
    dialog.accept()
    assert "32位" in dialog.problem.text()
    key, device = (line.split("：")[1] for line in paper.split("\n"))
    fresh.succeed({"key": key, "old": device}, tmp_path / "县级电脑.接替")
    below = view_of(qtbot, township)
    assert below.take_button.isVisible()
    assert not below.make_button.isVisible()
    below.take(tmp_path / "县级电脑.接替")
    assert "再向县写一次登记申请" in told[-1]
    assert roots.has_reserve(township)


def test_a_file_of_another_key_is_refused_on_screen(
    qtbot: QtBot, new_store: StoreMaker, tmp_path: Path
) -> None:
    county, township = new_store("county", COUNTY, "云山县"), new_store("township", TOWNSHIP, "镇")
    roots.make_reserve(county, ME)
    enrol(county, township, tmp_path)
    other = new_store("county", COUNTY, "云山县")
    roots.succeed(other, ME, roots.make_reserve(other, ME), county.device_id, tmp_path / "假")
    below = view_of(qtbot, township)
    with qtbot.waitSignal(below._desk.runner.failed) as failed:
        below.take(tmp_path / "假")
    assert failed.args is not None
    assert failed.args[0].code == "E352"
