"""The runner: results and errors come back to the window, in words."""

import logging

import pytest
from pytestqt.qtbot import QtBot

from app.errors import AppError
from app.ops.changed import Changed
from app.ui.problems import as_app_error
from app.ui.runner import Progress, Runner


class _RefusedError(AppError):
    code, message, hint = "E777", "不能办。数据没有变。", "请换一个。"


def test_a_short_operation_returns_its_result_and_tells_what_changed(qtbot: QtBot) -> None:
    runner = Runner()
    changed = Changed(frozenset({"answer"}), frozenset({"h1"}))
    with qtbot.waitSignal(runner.changed) as seen:
        assert runner.call(lambda: changed) == changed
    assert seen.args == [changed]
    runner.close()


def test_a_change_inside_a_pair_is_told_too(qtbot: QtBot) -> None:
    runner = Runner()
    changed = Changed(frozenset({"warning_step"}), frozenset({"h1"}))
    with qtbot.waitSignal(runner.changed):
        runner.call(lambda: ("page", changed))
    runner.close()


def test_a_long_operation_delivers_on_the_window_s_thread_with_progress(qtbot: QtBot) -> None:
    runner = Runner()
    results: list[int] = []

    def job(progress: Progress) -> int:
        progress(3, 10)
        return 42

    with qtbot.waitSignals([runner.progress, runner.busy, runner.busy], timeout=2000):
        runner.start(job, results.append)
    qtbot.waitUntil(lambda: results == [42], timeout=2000)
    runner.close()


def test_an_error_comes_back_as_words(qtbot: QtBot) -> None:
    runner = Runner()

    def job(_progress: Progress) -> None:
        raise _RefusedError

    with qtbot.waitSignal(runner.failed, timeout=2000) as failed:
        runner.start(job, lambda _none: pytest.fail("must not be delivered"))
    assert failed.args is not None
    assert "不能办" in failed.args[0].user_text()
    runner.close()


def test_cancel_stops_at_the_next_step_and_says_that_nothing_changed(qtbot: QtBot) -> None:
    runner = Runner()

    def job(progress: Progress) -> None:
        runner.cancel()
        progress(1, 2)

    with qtbot.waitSignal(runner.failed, timeout=2000) as failed:
        runner.start(job, lambda _none: None)
    assert failed.args is not None
    assert "数据没有变" in failed.args[0].user_text()
    runner.close()


def test_a_bug_is_logged_without_the_text_that_may_hold_a_name(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.ERROR):
        shown = as_app_error(KeyError("赵德福 532922198203010011"))
    assert "901-" in shown.user_text()
    assert "KeyError" in caplog.text
    assert "赵德福" not in caplog.text
    assert "5329" not in caplog.text
    assert "赵德福" not in shown.user_text()


@pytest.mark.parametrize(
    ("number", "words"), [(28, "磁盘快满了"), (30, "写保护"), (13, "没有权限"), (5, "拔出")]
)
def test_the_system_s_refusals_are_said_in_chinese(number: int, words: str) -> None:
    assert words in as_app_error(OSError(number, "x")).user_text()
