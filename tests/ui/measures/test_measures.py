"""Measures from the card of a warning: planned, started, finished, and the 回访."""

from datetime import date
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.models.warning import HouseholdWarning
from app.ops import attachments, measures, visits, warnings
from app.ops.attachments import Thing
from app.ops.items import Item
from app.ops.lives import StepInput
from app.ui.attachments.photos_dialog import PhotosDialog
from app.ui.attachments.proof_field import ProofField
from app.ui.measures.measure_form import measure_form
from app.ui.measures.measures_dialog import MeasuresDialog
from app.ui.page import Desk
from app.ui.review.step_form import StepForm
from tests.ops import photos
from tests.ui.conftest import TODAY, VILLAGE


@pytest.fixture
def pages(desk: Desk) -> list[warnings.WarningPage]:
    with desk.store.write("test.warning", desk.actor) as session:
        session.add(
            HouseholdWarning(
                id="w1", scope=VILLAGE, household_id="h2", code="WT-01", severity="red",
                message="水量不够", basis="WT-01", question="WT-01", period="2025-10",
                opened_on=date(2025, 10, 18),
            )
        )  # fmt: skip
    return [warnings.show_warning(desk.store, "w1", TODAY)]


def listed(desk: Desk) -> list[Item]:
    return measures.list_measures(desk.store, TODAY, desk.actor)


def test_the_catalogue_proposes_what_answers_the_warning(
    qtbot: QtBot, desk: Desk, pages: list[warnings.WarningPage]
) -> None:
    form = measure_form(None, desk, pages)
    assert form is not None
    qtbot.addWidget(form)
    assert form.fields["measure_category"].value() == "water"
    assert form.fields["measure_kind"].value()
    form.accept()
    (item,) = listed(desk)
    assert (item.fields["warning_ids"], item.state) == ("w1", "planned")


def test_a_refusal_stands_at_its_field(
    qtbot: QtBot, desk: Desk, pages: list[warnings.WarningPage]
) -> None:
    form = measure_form(None, desk, pages)
    assert form is not None
    qtbot.addWidget(form)
    form.show()
    form.fields["measure_level"].set_value("county")
    form.fields["department"].set_value("")
    form.accept()
    assert form.problems["department"].isVisible()
    assert "要写部门" in form.problems["department"].text()
    form.fields["measure_level"].set_value("village")
    form.fields["planned_end_on"].set_value("20251001")
    form.accept()
    assert "早于开始日" in form.problems["planned_end_on"].text()
    assert listed(desk) == []


def test_a_measure_is_led_to_its_result_with_exactly_what_each_step_needs(
    qtbot: QtBot,
    desk: Desk,
    pages: list[warnings.WarningPage],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    form = measure_form(None, desk, pages)
    assert form is not None
    form.fields["amount"].set_value("1.2万")
    form.accept()
    warnings.act(desk.store, desk.actor, "w1", "urgent", warnings.StepInput("断水", TODAY))
    dialog = MeasuresDialog(None, desk, pages)
    qtbot.addWidget(dialog)
    asked: list[tuple[str, ...]] = []
    given = {"approval_no": "云水〔2025〕3号", "beneficiary": "全户", "proof": "一折通页",
             "note": "水已通"}  # fmt: skip

    def fill(opened: StepForm) -> int:
        asked.append(opened.ask.needed)
        for name, text in given.items():
            if name in opened.fields:
                opened.fields[name].set_value(text)
        opened.accept()
        assert opened.problem.text() == ""
        return opened.result()

    monkeypatch.setattr(StepForm, "exec", fill)
    dialog.view.card.buttons["start"].click()
    dialog.view.card.buttons["finish"].click()
    assert asked == [("approval_no",), ("note", "beneficiary")]
    (item,) = listed(desk)
    assert item.state == "done"
    photographed: list[PhotosDialog] = []

    def close(opened: PhotosDialog) -> int:
        photographed.append(opened)
        return 1

    monkeypatch.setattr(PhotosDialog, "exec", close)
    dialog.record_visit()
    (visit,) = visits.list_visits(desk.store, "h2")
    assert visit.fields["purpose"] == "follow_up"
    assert photographed[0].panel._things == (Thing("visit", visit.item_id),)


def test_money_is_shown_by_words_or_a_photo(
    qtbot: QtBot,
    desk: Desk,
    pages: list[warnings.WarningPage],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    form = measure_form(None, desk, pages)
    assert form is not None
    form.fields["amount"].set_value("1.2万")
    form.accept()
    warnings.act(desk.store, desk.actor, "w1", "urgent", warnings.StepInput("断水", TODAY))
    (item,) = listed(desk)
    given = StepInput(on=TODAY, values={"approval_no": "云水〔2025〕3号"})
    measures.act_measure(desk.store, desk.actor, item.item_id, "start", given, TODAY)
    dialog = MeasuresDialog(None, desk, pages)
    qtbot.addWidget(dialog)
    said: list[str] = []

    def fill(opened: StepForm) -> int:
        opened.fields["beneficiary"].set_value("全户")
        opened.fields["note"].set_value("水已通")
        opened.accept()
        said.append(opened.problem.text())
        proof = opened.fields["photo"]
        assert isinstance(proof, ProofField)
        with qtbot.waitSignal(proof.panel.changed, timeout=20_000):
            proof.panel.add_files([photos.photo(tmp_path / "一折通.jpg", size=(90, 60))])
        opened.accept()
        return opened.result()

    monkeypatch.setattr(StepForm, "exec", fill)
    dialog.view.card.buttons["finish"].click()
    assert "还缺：佐证" in said[0]
    (item,) = listed(desk)
    assert item.state == "done"
    assert len(attachments.listed(desk.store, subject="measure")) == 1
