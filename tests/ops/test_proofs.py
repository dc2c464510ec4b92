"""Where a photo is asked for: what counts, what words stand for, what is owed and skipped."""

from decimal import Decimal
from pathlib import Path

import pytest

from app.models.store import Store
from app.ops import (
    attachments,
    measures,
    monitored,
    pictures,
    proofs,
    review,
    sheets,
    warnings,
    workbench,
)
from app.ops.attachments import Thing
from app.ops.errors import MissingStepDataError
from app.ops.lives import StepInput
from app.ops.measures import NewMeasure
from app.ops.warnings import ManualWarning
from tests.ops import photos
from tests.ops.levels import acting_as
from tests.ops.test_monitored import MEETING, VERIFIED, clue
from tests.ops.test_monitored import act as act_case
from tests.ops.test_warning_life import determined, follow_up, on, opened, step
from tests.ops.village import ME, OCTOBER, TODAY, add_family, open_october


@pytest.fixture
def home(store: Store) -> str:
    household = add_family(store)
    open_october(store)
    return household


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return photos.photo(tmp_path / "a.jpg", size=(90, 60))


@pytest.fixture
def roof(store: Store, home: str) -> str:
    """Return an orange warning of a question that asks for a photo."""
    return opened(store, home, HS_03="crack")["HS-03"]


def attach(store: Store, thing: Thing, path: Path, days: int = 0) -> None:
    attachments.add_files(store, ME, [thing], [path], "", on(days))


def bare(store: Store, level: str, warning_id: str, action: str, days: int, **values: str) -> str:
    """Take a step with nothing but what is given here; return the state."""
    note = values.pop("note", "")
    with acting_as(store, level):
        given = StepInput(note, on(days), values)
        return warnings.act(store, ME, warning_id, action, given)[0].line.state


def line(store: Store, warning_id: str) -> warnings.WarningLine:
    return warnings.show_warning(store, warning_id, TODAY).line


def test_a_confirmed_one_owes_its_photo_until_it_comes(
    store: Store, home: str, roof: str, path: Path
) -> None:
    assert not line(store, roof).is_photo_owed  # nobody has confirmed it
    assert warnings.show_warning(store, roof, TODAY).lacks_photo
    step(store, "village", roof, "confirm", photo="后补")
    assert line(store, roof).is_photo_owed
    todo = [t.text for t in workbench.workbench(store, OCTOBER, TODAY).todo]
    assert any(text.startswith("照片后补 1条：从赵德福户") for text in todo)
    attach(store, Thing("warning", roof), path)
    assert (line(store, roof).photos, line(store, roof).is_photo_owed) == (1, False)
    todo = [t.text for t in workbench.workbench(store, OCTOBER, TODAY).todo]
    assert not any("照片后补" in text for text in todo)
    (one,) = warnings.show_warning(store, roof, TODAY).photos
    attachments.remove(store, ME, [one.attachment_id], "拍的是别家", TODAY)
    assert (line(store, roof).photos, line(store, roof).is_photo_owed) == (0, True)


def test_the_photo_of_the_answer_is_the_photo_of_its_warning(
    store: Store, home: str, roof: str, path: Path
) -> None:
    sheet = sheets.open_sheet(store, home, OCTOBER, TODAY).sheet_id
    attach(store, Thing("sheet", sheet, "WT-01"), path)
    assert line(store, roof).photos == 0
    attach(store, Thing("sheet", sheet, "HS-03"), path)
    page = warnings.show_warning(store, roof, TODAY)
    assert [p.thing.subject for p in page.photos] == ["sheet"]
    attach(store, Thing("warning", roof), path)  # the same bytes again are one photo
    assert line(store, roof).photos == 1


def test_a_batch_passes_real_photos_only(store: Store, home: str, roof: str, path: Path) -> None:
    step(store, "village", roof, "confirm", photo="屋顶.jpg")  # a name is no photo
    with acting_as(store, "township"):
        (row,) = review.queue(store, TODAY).rows
        assert (row.lacking, row.proof) == ("缺照片", "")
        skipped = warnings.batch(store, ME, [roof], "pass", StepInput("同意", on(1)))
    assert skipped.skipped == ((roof, "缺照片"),)
    attach(store, Thing("warning", roof), path)
    with acting_as(store, "township"):
        (row,) = review.queue(store, TODAY).rows
        assert (row.lacking, row.proof) == ("", "照片")
        card = review.card(store, [roof], TODAY)
        assert (len(card.photos), card.photo_words) == (1, ("屋顶.jpg",))
        assert warnings.batch(store, ME, [roof], "pass", StepInput("同意", on(1))).done == (roof,)


def test_a_name_in_an_old_step_is_read_and_shown(store: Store, home: str, roof: str) -> None:
    step(store, "village", roof, "confirm", photo="屋顶.jpg")
    page = warnings.show_warning(store, roof, TODAY)
    assert page.photo_words == "屋顶.jpg"
    assert page.history[-1].values["photo"] == "屋顶.jpg"


def remedying(store: Store, home: str, warning_id: str) -> str:
    determined(store, warning_id)
    step(store, "county", warning_id, "assign", 2, department="住建局", contact="刘局",
         due_on="2025-10-31")  # fmt: skip
    new = NewMeasure(home, "housing", "修缮", "刘师傅", warning_ids=(warning_id,))
    made = measures.plan_measure(store, ME, new, on(2))[0].item_id
    measures.act_measure(store, ME, made, "start", StepInput(on=on(2)), on(2))
    given = StepInput("换了瓦", on(3), {"beneficiary": "全户"})
    measures.act_measure(store, ME, made, "finish", given, on(3))
    step(store, "county", warning_id, "start", 3, responsible_person="刘师傅")
    return made


def test_remedied_needs_a_photo_of_the_help_or_words(
    store: Store, home: str, roof: str, path: Path
) -> None:
    attach(store, Thing("warning", roof), path)  # of the hole, before anybody helped
    made = remedying(store, home, roof)
    with pytest.raises(MissingStepDataError) as caught:
        bare(store, "county", roof, "done", 3, note="已修好")
    assert (caught.value.facts["fields"], caught.value.where.column) == ("照片", "photo")
    with acting_as(store, "county"):
        asked = {a.name: a.needs for a in warnings.show_warning(store, roof, on(3)).actions}
    assert asked["done"] == ("note", "photo")
    attach(store, Thing("measure", made), path, 3)
    assert bare(store, "county", roof, "done", 3, note="已修好") == "remedied"
    follow_up(store, home, 5)
    assert bare(store, "township", roof, "request-close", 5) == "closing_requested"


def test_words_stand_for_a_photo_and_the_photo_of_a_visit_counts(
    store: Store, home: str, roof: str, path: Path
) -> None:
    remedying(store, home, roof)
    assert bare(store, "county", roof, "done", 3, note="修好", photo="后补") == "remedied"
    visit = follow_up(store, home, 5)
    with pytest.raises(MissingStepDataError):
        bare(store, "township", roof, "request-close", 5)
    attach(store, Thing("visit", visit), path, 5)
    assert bare(store, "township", roof, "request-close", 5) == "closing_requested"


def test_a_yellow_one_asks_for_nothing(store: Store, home: str) -> None:
    leak = opened(store, home, HS_03="leak")["HS-03"]
    step(store, "village", leak, "confirm")
    page = warnings.show_warning(store, leak, TODAY)
    assert (page.line.severity, page.lacks_photo, page.line.is_photo_owed) == (
        "yellow", False, False,
    )  # fmt: skip


def test_a_grave_manual_one_comes_with_its_photo_in_one_transaction(
    store: Store, home: str, path: Path
) -> None:
    words = ("屋后滑坡", "昨夜大雨屋后塌方")
    with pytest.raises(MissingStepDataError):
        warnings.open_warning(store, ME, ManualWarning(home, "", "orange", *words), TODAY)
    assert warnings.list_warnings(store, TODAY) == []
    picture = pictures.from_file(path)
    new = ManualWarning(home, "", "orange", *words, pictures=(picture,))
    page, _changed = warnings.open_warning(store, ME, new, TODAY)
    assert (page.line.state, len(page.photos)) == ("pending_township", 1)
    mild = ManualWarning(home, "WT-01", "yellow", *words)
    assert warnings.open_warning(store, ME, mild, TODAY)[0].photos == ()


def test_the_notice_is_photographed_before_its_publicity_ends(
    store: Store, home: str, path: Path
) -> None:
    case_id = clue(store, home)
    act_case(store, "township", case_id, "accept", 1, team="王芳、刘洋")
    act_case(store, "village", case_id, "verify", 4, **VERIFIED)
    page = act_case(store, "village", case_id, "publicise", 6, **MEETING)
    with acting_as(store, "village"):
        shown = monitored.show_case(store, case_id, on(11), ME)
        needs = {a.name: a.needs for a in shown.item.actions}
        assert needs["end-publicity"] == ("objections", "photo")
        given = StepInput("", on(11), {"objections": "无"})
        with pytest.raises(MissingStepDataError):
            monitored.act_case(store, ME, case_id, "end-publicity", given, on(11))
        attach(store, Thing("monitored_case", case_id), path, 11)
        page = monitored.act_case(store, ME, case_id, "end-publicity", given, on(11))[0]
    assert page.item.state == "pending_township"


def test_money_is_proven_by_words_or_by_a_photo(store: Store, home: str, path: Path) -> None:
    new = NewMeasure(home, "health", "大病救治", "李会计", cause="illness", amount=Decimal(3000))
    made = measures.plan_measure(store, ME, new, TODAY)[0].item_id
    given = StepInput(on=TODAY, values={"approval_no": "医保〔2025〕8号"})
    measures.act_measure(store, ME, made, "start", given, TODAY)
    done = StepInput("已报销", TODAY, {"beneficiary": "全户"})
    with pytest.raises(MissingStepDataError):
        measures.act_measure(store, ME, made, "finish", done, TODAY)
    attach(store, Thing("measure", made), path)
    assert measures.act_measure(store, ME, made, "finish", done, TODAY)[0].state == "done"


def test_what_is_promised_is_no_proof_in_words() -> None:
    assert proofs.later(" 后补 ")
    assert not proofs.later("电话记录：已问")
