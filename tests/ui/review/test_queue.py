"""The review queue by keyboard, on a real replica of a township with 200 matters."""

from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.domain.ownership import Actor
from app.models.store import Store
from app.ops import attachments, warnings
from app.ops.attachments import Thing
from app.ui import messages
from app.ui.attachments.viewer import Viewer
from app.ui.page import Desk
from app.ui.review.review_page import ReviewPage
from app.ui.runner import Runner
from tests.conftest import TOWNSHIP, StoreMaker
from tests.ops import photos
from tests.ui.conftest import TODAY
from tests.ui.review.township import fill

CLERK = Actor("张卫东", "reviewer")
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def township(new_store: StoreMaker) -> Store:
    return new_store("township", TOWNSHIP, "云岭镇")


def make_page(qtbot: QtBot, store: Store, matters: int, actor: Actor = CLERK) -> ReviewPage:
    fill(store, matters=matters)
    page = ReviewPage(Desk(store, actor, lambda: TODAY, Runner()))
    qtbot.addWidget(page)
    page.resize(1244, 690)
    page.show()
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    page.refresh(None)
    page.setFocus()
    return page


@pytest.fixture
def page(qtbot: QtBot, township: Store, qapp: QApplication) -> Iterator[ReviewPage]:
    made = make_page(qtbot, township, 20)
    yield made
    made._desk.runner.close()


class Keys:
    """Presses keys where the focus is, and counts them."""

    def __init__(self, qtbot: QtBot) -> None:
        self._qtbot, self.count = qtbot, 0

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier | None = None) -> None:
        self.count += 1
        where = QApplication.focusWidget()
        assert isinstance(where, QWidget)
        self._qtbot.keyClick(where, key, modifier or Qt.KeyboardModifier.NoModifier)


@pytest.fixture
def keys(qtbot: QtBot) -> Keys:
    return Keys(qtbot)


def states(page: ReviewPage) -> dict[str, str]:
    found = warnings.list_warnings(page._desk.store, TODAY, only_open=False)
    return {line.warning_id: line.state for line in found}


def go_to(page: ReviewPage, code: str) -> tuple[str, ...]:
    """Stand on the first matter with this code; return its warnings."""
    rows = page.queue.table.table.rows()
    number = next(n for n, one in enumerate(rows) if one.first.code == code)
    page.queue.table.selectRow(number)
    ids: tuple[str, ...] = rows[number].ids
    return ids


def test_a_pass_is_one_key_and_the_next_matter_has_the_focus(page: ReviewPage, keys: Keys) -> None:
    first, second = page.queue.table.table.rows()[:2]
    keys.press(Qt.Key.Key_Q)
    assert keys.count == 1
    assert page.queue.table.hasFocus()
    assert page.queue.table.current().key == second.key
    page.queue.decisions.write_all()
    assert {states(page)[i] for i in first.ids} == {"pending_county"}


def test_a_return_is_three_keys_and_the_village_reads_the_remark(
    page: ReviewPage, keys: Keys
) -> None:
    first, second = page.queue.table.table.rows()[:2]
    for key in (Qt.Key.Key_T, Qt.Key.Key_5, Qt.Key.Key_Return):
        keys.press(key)
    assert keys.count == 3
    assert page.queue.table.hasFocus()
    assert page.queue.table.current().key == second.key
    page.queue.decisions.write_all()
    lines = warnings.list_warnings(page._desk.store, TODAY)
    returned = {line.warning_id: line.note for line in lines if line.state == "returned"}
    assert returned == dict.fromkeys(first.ids, "请联系学校、司法所劝返，附联系记录。")


def test_the_known_word_is_filled_in_and_an_unknown_one_must_be_written(
    qtbot: QtBot, page: ReviewPage, keys: Keys
) -> None:
    go_to(page, "HS-03")
    keys.press(Qt.Key.Key_T)
    keys.press(Qt.Key.Key_1)
    field = page.queue.card.remark
    assert "请补拍" in field.text.toPlainText()
    assert "{" not in field.text.toPlainText()
    field.start({})
    keys.press(Qt.Key.Key_7)
    keys.press(Qt.Key.Key_Return)
    assert "请改成实际内容" in field.problem.text()
    field.text.insertPlainText("住建局")  # over the marked placeholder
    with qtbot.waitSignal(field.given) as given:
        keys.press(Qt.Key.Key_Return)
    assert given.args == ["部门应为住建局。"]


def test_the_tenth_remark_is_reached_with_the_arrow(page: ReviewPage, keys: Keys) -> None:
    keys.press(Qt.Key.Key_T)
    for _ in range(12):
        keys.press(Qt.Key.Key_Down)
    keys.press(Qt.Key.Key_Return)
    assert page.queue.card.remark.text.toPlainText() == "情况紧急，请先行救助，材料后补。"
    keys.press(Qt.Key.Key_Escape)
    assert page.queue.table.hasFocus()


def test_only_the_ticked_question_goes_back(page: ReviewPage, keys: Keys) -> None:
    first = page.queue.table.current()
    assert first.matter.text() == "赵明远辍学（2条）"
    page.queue.card.ticks[1].setChecked(False)
    for key in (Qt.Key.Key_T, Qt.Key.Key_2, Qt.Key.Key_Return):
        keys.press(key)
    assert page.queue.table.current().key == first.key
    assert len(page.queue.table.current().ids) == 1
    page.queue.decisions.write_all()
    assert [states(page)[i] for i in first.ids] == ["returned", "pending_township"]


def test_red_ones_cannot_be_ticked(page: ReviewPage, keys: Keys) -> None:
    keys.press(Qt.Key.Key_Space)
    assert page.queue.table.ticked() == []
    assert "红色" in page.queue.said.text()
    keys.press(Qt.Key.Key_A, CONTROL)
    assert len(page.queue.table.ticked()) == 16
    assert {one.first.severity for one in page.queue.table.ticked()} == {"orange", "yellow"}


def test_a_batch_skips_what_lacks_proof_and_says_how_many(
    page: ReviewPage, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def ask(_parent: object, _title: str, *words: str) -> bool:
        asked.extend(words)
        return True

    monkeypatch.setattr(messages, "ask", ask)
    keys.press(Qt.Key.Key_A, CONTROL)
    assert page.queue.batch_text.text() == "勾选16：通过12 跳过4（缺证明）"
    keys.press(Qt.Key.Key_Return, CONTROL)
    assert asked == ["将通过12事项（12条），跳过4项缺证明。", "通过12事项"]
    page.queue.decisions.write_all()
    by_code: dict[str, set[str]] = {}
    for line in warnings.list_warnings(page._desk.store, TODAY):
        by_code.setdefault(line.code, set()).add(line.state)
    assert by_code["WT-01"] == {"pending_county"}
    assert by_code["IN-05"] == {"determined"}
    assert by_code["HS-03"] == by_code["ED-01"] == {"pending_township"}


def test_z_takes_back_a_batch_as_one_step_until_it_is_written(
    page: ReviewPage, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messages, "ask", lambda *_words: True)
    keys.press(Qt.Key.Key_Q)
    keys.press(Qt.Key.Key_A, CONTROL)
    keys.press(Qt.Key.Key_Return, CONTROL)
    assert page.queue.table.table.rowCount() == 20 - 1 - 12
    keys.press(Qt.Key.Key_Z)
    assert page.queue.table.table.rowCount() == 19
    keys.press(Qt.Key.Key_Z)
    assert page.queue.table.table.rowCount() == 20
    page.queue.decisions.write_all()
    assert set(states(page).values()) == {"pending_township"}
    keys.press(Qt.Key.Key_Q)
    page.queue.decisions.write_all()
    keys.press(Qt.Key.Key_Z)
    assert "不能撤" in page.queue.said.text()


def test_older_decisions_are_written_and_leaving_writes_the_rest(
    page: ReviewPage, keys: Keys
) -> None:
    for _ in range(11):
        keys.press(Qt.Key.Key_Q)
    assert len(page.queue.decisions.waiting) == 10
    assert page.queue.table.table.rowCount() == 9
    assert "已审11/20事项" in page.queue.head.text()
    page.hide()
    assert page.queue.decisions.waiting == []
    page.show()
    page.refresh(None)
    assert page.queue.table.table.rowCount() == 9
    assert "已审11/20事项" in page.queue.head.text()


def test_filters_narrow_the_list_and_are_kept_under_a_name(page: ReviewPage) -> None:
    bar = page.queue.bar
    bar.boxes["kind"].setCurrentIndex(bar.boxes["kind"].findData("饮水"))
    bar.boxes["village"].setCurrentIndex(bar.boxes["village"].findData("大箐村"))
    bar.changed.emit()
    assert {one.first.village for one in page.queue.table.table.rows()} == {"大箐村"}
    assert {one.first.matter for one in page.queue.table.table.rows()} == {"饮水"}
    bar.keep("大箐的水")
    bar._use("")
    assert page.queue.table.table.rowCount() == 20
    again = type(bar)(QSettings(bar._settings.fileName(), QSettings.Format.IniFormat), "村")
    again.offer(page.queue.matters())
    again._use("大箐的水")
    assert (again.filters().village, again.filters().kind) == ("大箐村", "饮水")


def test_like_ones_stand_together(page: ReviewPage) -> None:
    page.queue.bar.order.setCurrentText("按村")
    page.queue.bar.changed.emit()
    villages = [one.first.village for one in page.queue.table.table.rows()]
    assert villages == sorted(villages)


def test_the_card_shows_three_months_and_the_words_of_the_village(page: ReviewPage) -> None:
    shown = page.queue.card.shown
    assert shown is not None
    texts = [label.text() for label in page.queue.card.findChildren(QLabel)]
    assert "近三月　8月在校　9月在校　10月辍学" in texts
    assert "10-18 张卫东（确认上报）：上月起外出打工，已问班主任" in texts


def test_who_may_only_read_cannot_decide(qtbot: QtBot, township: Store, qapp: QApplication) -> None:
    page = make_page(qtbot, township, 3, Actor("看看", "readonly"))
    Keys(qtbot).press(Qt.Key.Key_Q)
    assert page.queue.decisions.waiting == []
    assert not page.queue.card.pass_button.isVisible()
    page._desk.runner.close()


def test_b_shows_every_warning_and_a_target_is_found(page: ReviewPage, keys: Keys) -> None:
    keys.press(Qt.Key.Key_B)
    assert page.warnings.isVisible()
    keys.press(Qt.Key.Key_B)
    assert page.queue.isVisible()
    page.queue.bar.boxes["severity"].setCurrentIndex(1)
    page.queue.bar.changed.emit()
    ids = next(one.ids for one in page.queue.matters() if one.first.severity == "yellow")
    page.show_target(ids[0])
    assert page.queue.table.current().ids == ids


def test_two_hundred_matters_are_shown_and_decided_quickly(
    qtbot: QtBot, township: Store, qapp: QApplication
) -> None:
    page = make_page(qtbot, township, 200)
    start = perf_counter()
    page.refresh(None)
    assert perf_counter() - start < 2
    assert page.queue.table.table.rowCount() == 200
    keys = Keys(qtbot)
    start = perf_counter()
    for _ in range(20):
        keys.press(Qt.Key.Key_Q)
    assert (perf_counter() - start) / 20 < 0.5
    page._desk.runner.close()


def test_tab_goes_as_the_eye_does(page: ReviewPage) -> None:
    queue = page.queue
    wanted: list[QWidget] = [
        *queue.bar.boxes.values(), queue.table, queue.card.remark.text, *queue.card.ticks,
        queue.card.pass_button, queue.card.return_button, queue.write,
    ]  # fmt: skip
    chain: list[QWidget] = [queue.bar.boxes["village"]]
    while len(chain) < 200:
        after = chain[-1].nextInFocusChain()
        assert after is not None
        chain.append(after)
    places = [chain.index(widget) for widget in wanted]
    assert places == sorted(places)


def test_closing_the_window_writes_what_was_decided(page: ReviewPage, keys: Keys) -> None:
    first = page.queue.table.current()
    keys.press(Qt.Key.Key_Q)
    page.close()
    assert {states(page)[i] for i in first.ids} == {"pending_county"}


def test_photos_are_seen_by_one_key_and_left_by_it(
    qtbot: QtBot, page: ReviewPage, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_to(page, "WT-01")
    card = page.queue.card
    assert card.strip is not None
    assert card.strip.words.text() == "照片1张"
    qtbot.waitUntil(lambda: not card.strip.buttons[0].icon().isNull())  # type: ignore[union-attr]
    looked: list[int] = []

    def look(viewer: Viewer) -> int:
        viewer.show()
        qtbot.waitUntil(lambda: not viewer.picture.pixmap().isNull())
        looked.append(viewer.picture.pixmap().width())
        qtbot.keyClick(viewer, Qt.Key.Key_Delete)  # looking only
        qtbot.keyClick(viewer, Qt.Key.Key_E)
        return viewer.result()

    monkeypatch.setattr(Viewer, "exec", look)
    keys.press(Qt.Key.Key_E)
    assert looked == [320]
    assert card.proof_button.text() == "E 看照片"


def test_without_a_photo_the_same_key_shows_what_was_written(
    page: ReviewPage, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_to(page, "HS-03")
    said: list[str] = []
    monkeypatch.setattr(messages, "show_text", lambda _p, _t, text: said.append(text))
    keys.press(Qt.Key.Key_E)
    assert said[0].startswith("没有照片或文件")


def test_a_photo_that_arrives_frees_a_matter_for_the_batch(
    page: ReviewPage, tmp_path: Path
) -> None:
    ids = go_to(page, "HS-03")
    assert page.queue.table.current().lacking == "缺照片"
    things = [Thing("warning", warning_id) for warning_id in ids]
    path = photos.photo(tmp_path / "a.jpg", size=(60, 40))
    attachments.add_files(page._desk.store, CLERK, things, [path], "", TODAY)
    page.refresh(None)
    go_to(page, "HS-03")
    found = next(one for one in page.queue.matters() if one.ids == ids)
    assert (found.lacking, found.proof()) == ("", "照片")
