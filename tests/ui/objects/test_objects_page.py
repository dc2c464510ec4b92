"""监测对象: from the clue to the meeting, the ✓/✗ of 风险消除, all on a real village."""

from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.ops import attachments, monitored
from app.ops.lives import StepInput
from app.ops.monitored import NewClue
from app.ui.attachments.panel import AttachmentPanel
from app.ui.attachments.proof_field import ProofField
from app.ui.objects.clue_form import clue_form
from app.ui.objects.objects_page import ObjectsPage
from app.ui.objects.step_bar import StepBar
from app.ui.page import Desk
from app.ui.review.step_form import StepForm
from tests.ops import photos
from tests.ops.levels import acting_as
from tests.ops.test_monitored import MEETING, VERIFIED
from tests.ui.conftest import TODAY

TEAM = "张卫东、李会计"


@pytest.fixture
def page(qtbot: QtBot, desk: Desk) -> ObjectsPage:
    made = ObjectsPage(desk)
    qtbot.addWidget(made)
    desk.runner.changed.connect(made.refresh)
    made.resize(1244, 690)
    made.show()
    made.refresh(None)
    return made


def register(desk: Desk) -> str:
    new = NewClue("h2", "self_report", "大病住院", TODAY - timedelta(days=4))
    return monitored.register_clue(desk.store, desk.actor, new, TODAY)[0].item_id


def accepted(desk: Desk) -> str:
    case_id = register(desk)
    with acting_as(desk.store, "township"):
        given = StepInput("", TODAY - timedelta(days=3), {"team": TEAM})
        monitored.act_case(desk.store, desk.actor, case_id, "accept", given, TODAY)
    return case_id


def fill(values: dict[str, str], seen: list[StepForm]) -> object:
    def run(form: StepForm) -> int:
        seen.append(form)
        for name, text in values.items():
            if name in form.fields:
                form.fields[name].set_value(text)
        form.accept()
        return form.result()

    return run


def test_a_clue_is_noted_and_stands_in_the_list(
    qtbot: QtBot, desk: Desk, page: ObjectsPage
) -> None:
    form = clue_form(None, desk, "h2")
    qtbot.addWidget(form)
    form.accept()
    assert "请填" in form.problems["note"].text()
    form.fields["note"].set_value("大病住院，自付较多")
    form.accept()
    titles = [item.title for item in page.view.table.table.rows()]
    assert "线索：干部排查" in titles
    again = clue_form(None, desk, "h2")
    qtbot.addWidget(again)
    again.fields["note"].set_value("又一条")
    again.accept()
    assert "已有在办的线索" in again.problem.text()
    assert again.result() == 0


def test_the_village_sees_no_step_that_is_the_townships(desk: Desk, page: ObjectsPage) -> None:
    case_id = register(desk)
    page.refresh(None)
    page.show_target(case_id)
    assert list(page.view.card.buttons) == []
    assert "轮到别人办" in " ".join(w.text() for w in page.view.card.findChildren(QLabel))


def test_verifying_asks_team_type_and_ordered_causes(
    desk: Desk, page: ObjectsPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = accepted(desk)
    page.refresh(None)
    page.show_target(case_id)
    seen: list[StepForm] = []
    values = {"team": TEAM, "object_type": "sudden_hardship", "causes": "illness,disability",
              "letter_signed_on": "今天", "negative_conclusion": "没有负面清单情形"}  # fmt: skip
    monkeypatch.setattr(StepForm, "exec", fill(values, seen))
    page.view.card.buttons["verify"].click()
    assert seen[0].result() == 1
    item = page.view.current()
    assert item is not None
    assert item.state == "to_deliberate"
    assert item.fields["causes"] == "illness,disability"


def test_a_team_of_one_is_refused_at_the_team(
    desk: Desk, page: ObjectsPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = accepted(desk)
    page.refresh(None)
    page.show_target(case_id)
    seen: list[StepForm] = []
    values = {"team": "张卫东", "object_type": "sudden_hardship", "causes": "illness",
              "letter_signed_on": "今天", "negative_conclusion": "没有负面清单情形"}  # fmt: skip
    monkeypatch.setattr(StepForm, "exec", fill(values, seen))
    page.view.card.buttons["verify"].click()
    assert seen[0].result() == 0
    assert "至少2人" in seen[0].problems["team"].text()


def test_a_meeting_with_more_votes_than_people_is_refused(
    desk: Desk, page: ObjectsPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = accepted(desk)
    given = StepInput("", TODAY, {
        "team": TEAM, "object_type": "sudden_hardship", "causes": "illness",
        "negative_conclusion": "无", "letter_signed_on": TODAY.isoformat(),
    })  # fmt: skip
    monitored.act_case(desk.store, desk.actor, case_id, "verify", given, TODAY)
    page.refresh(None)
    page.show_target(case_id)
    seen: list[StepForm] = []
    votes = {"present": "２０", "votes_yes": "21", "votes_no": "0", "votes_abstain": "0"}
    monkeypatch.setattr(StepForm, "exec", fill(votes, seen))
    action = next(a for a in ("publicise", "skip-publicity") if a in page.view.card.buttons)
    page.view.card.buttons[action].click()
    assert seen[0].result() == 0
    assert "多于到会20人" in "".join(label.text() for label in seen[0].problems.values()) + (
        seen[0].problem.text()
    )


def test_an_object_shows_its_seven_steps_and_what_removal_lacks(page: ObjectsPage) -> None:
    page.state.setCurrentText("未消除")
    page._fill()
    item = page.view.current()
    assert item is not None
    assert item.head_name == "和金花"
    (bar,) = page.view.card.findChildren(StepBar)
    assert [box.text()[1] for box in bar.boxes.values()] == list("排访评录测补销")
    texts = [w.text() for w in page.view.card.findChildren(QLabel)]
    assert any(text.startswith("✗ ") for text in texts)
    assert any(text.startswith("✓ ") for text in texts)
    assert any(text.startswith("风险消除的条件：还差") for text in texts)


def test_the_notice_is_photographed_where_its_publicity_ends(
    qtbot: QtBot, desk: Desk, page: ObjectsPage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ago = TODAY - timedelta(days=20)
    new = NewClue("h2", "self_report", "大病住院", ago)
    case_id = monitored.register_clue(desk.store, desk.actor, new, TODAY)[0].item_id
    for level, action, values in (
        ("township", "accept", {"team": TEAM}),
        ("village", "verify", VERIFIED | {"letter_signed_on": ago.isoformat()}),
        ("village", "publicise", MEETING | {"meeting_on": ago.isoformat()}),
    ):
        with acting_as(desk.store, level):
            given = StepInput("", ago, values)
            monitored.act_case(desk.store, desk.actor, case_id, action, given, TODAY)
    page.refresh(None)
    page.show_target(case_id)
    (panel,) = page.view.card.findChildren(AttachmentPanel)
    assert panel.strip.words.text() == "还没有照片。"
    asked: list[tuple[str, ...]] = []

    def run(form: StepForm) -> int:
        asked.append(form.ask.needed)
        proof = form.fields["photo"]
        assert isinstance(proof, ProofField)
        with qtbot.waitSignal(proof.panel.changed, timeout=20_000):
            proof.panel.add_files([photos.photo(tmp_path / "notice.jpg", size=(60, 40))])
        form.accept()
        return form.result()

    monkeypatch.setattr(StepForm, "exec", run)
    page.view.card.buttons["end-publicity"].click()
    assert asked == [("objections", "photo")]
    assert len(attachments.listed(desk.store, subject="monitored_case")) == 1
    qtbot.waitUntil(lambda: bool(page.view.card.findChildren(AttachmentPanel)))
    assert any(p.strip.lines for p in page.view.card.findChildren(AttachmentPanel))
