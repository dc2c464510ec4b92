"""A step of a measure: what its form asks, and that it is taken."""

from dataclasses import replace

from PySide6.QtWidgets import QWidget

from app.ops import measures
from app.ops.attachments import Thing
from app.ops.items import Item
from app.ops.lives import Action
from app.ui.page import Desk
from app.ui.review.step_form import StepAsk, StepForm, with_defaults, with_photos
from app.ui.review.step_offers import ask_for
from app.ui.review.submit import attempt


def step_form(parent: QWidget | None, desk: Desk, item: Item, action: Action) -> StepForm:
    """Return the form of one step; accepted, the step is taken."""
    return StepForm(
        parent,
        _ask(desk, item, action),
        lambda given: attempt(
            desk.runner,
            lambda: measures.act_measure(
                desk.store, desk.actor, item.item_id, action.name, given, desk.today()
            ),
        ),
    )


def _ask(desk: Desk, item: Item, action: Action) -> StepAsk:
    ask = ask_for(desk, "measure", action, f"{item.head_name}户　{item.title}", item.household_id)
    if item.fields["amount"]:
        extra = ("approval_no",) if action.name == "start" else ()  # finish: words or a photo
        rest = tuple(name for name in ask.optional if name not in extra)
        ask = replace(ask, extra=extra, optional=rest)
        ask = with_defaults(ask, amount_paid=item.fields["amount"])
    if action.name == "finish":
        ask = with_photos(ask, desk, [Thing("measure", item.item_id)])
    if item.fields["member_id"]:
        ask = with_defaults(ask, beneficiary=item.fields["member_id"])
    return ask
