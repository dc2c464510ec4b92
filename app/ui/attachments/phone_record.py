"""1 电话记录: a call that proves something is a visit by telephone, with what was said."""

from PySide6.QtWidgets import QWidget

from app.errors import AppError
from app.ops import visits
from app.ops.lives import Action, StepInput
from app.ops.visits import NewVisit
from app.ui.page import Desk
from app.ui.review.step_form import NOTE, StepAsk, StepForm
from app.ui.review.step_offers import members, people
from app.ui.review.submit import attempt

_CALL = Action("call", "电话记录", ("visitor", NOTE))
_WORDS = {
    "visitor": "谁打的",
    "met_member_id": "和家里谁通的话",
    "on": "哪一天",
    "note": "说了什么",
}


def call_form(parent: QWidget | None, desk: Desk, household_id: str, about: str) -> StepForm:
    """Return the dialog that records a call."""

    def take(given: StepInput) -> AppError | None:
        new = NewVisit(
            household_id=household_id,
            visited_on=given.on or desk.today(),
            visit_way="phone",
            purpose="other",
            visitor=given.get("visitor"),
            met_member_id=given.get("met_member_id"),
            content=given.note,
        )
        return attempt(
            desk.runner, lambda: visits.record(desk.store, desk.actor, new, desk.today())
        )

    ask = StepAsk(
        action=_CALL,
        sentence=f"{about}　和班主任、村医、本人等通的话，写清是谁、说了什么。",
        today=desk.today(),
        choices={"visitor": people(desk), "met_member_id": members(desk, household_id)},
        open_ones=frozenset({"visitor"}),
        defaults={"visitor": desk.actor.name},
        optional=("met_member_id",),
        words=_WORDS,
    )
    return StepForm(parent, ask, take)
