"""记一条线索: whose, from whom, what, and until when it must be answered."""

from datetime import date

from PySide6.QtWidgets import QWidget

from app.domain.labels import LABELS
from app.errors import AppError
from app.ops import monitored, roster_view
from app.ops.lives import Action, StepInput
from app.ops.monitored import NewClue
from app.ui.page import Desk
from app.ui.review.step_form import StepAsk, StepForm
from app.ui.review.submit import attempt

_CLUE = Action("register", "记线索", ("household_id", "clue_source", "note"))
_WORDS = {
    "household_id": "哪一户", "clue_source": "来源", "on": "收到日期", "note": "线索内容",
    "platform_no": "平台编号", "reply_due_on": "答复期限",
}  # fmt: skip


def clue_form(parent: QWidget | None, desk: Desk, household_id: str = "") -> StepForm:
    """Return the dialog that registers a clue."""
    homes = desk.runner.call(lambda: roster_view.list_households(desk.store)) or []
    ask = StepAsk(
        action=_CLUE,
        sentence="记下以后由镇里受理；这户已有在办的，请在原来那件上办。",
        today=desk.today(),
        choices={
            "household_id": tuple(
                (one.household_id, f"{one.household_no}号 {one.head_name}") for one in homes
            ),
            "clue_source": tuple(LABELS["clue_source"].items()),
        },
        defaults={"household_id": household_id, "clue_source": "cadre"},
        optional=("platform_no", "reply_due_on"),
        words=_WORDS,
    )
    return StepForm(parent, ask, lambda given: _register(desk, given))


def _register(desk: Desk, given: StepInput) -> AppError | None:
    due = given.get("reply_due_on")
    new = NewClue(
        household_id=given.get("household_id"),
        clue_source=given.get("clue_source"),
        text=given.note,
        received_on=given.on or desk.today(),
        platform_no=given.get("platform_no"),
        reply_due_on=date.fromisoformat(due) if due else None,
    )
    return attempt(
        desk.runner, lambda: monitored.register_clue(desk.store, desk.actor, new, desk.today())
    )
