"""What the form of a warning's step asks, beyond what every step asks."""

from collections.abc import Sequence
from dataclasses import replace

from app.ops.attachments import Thing
from app.ops.lives import Action
from app.ops.proofs import PHOTO
from app.ops.warnings import WarningPage
from app.ui.page import Desk
from app.ui.review.step_form import ON, StepAsk, with_defaults, with_photos, with_remarks
from app.ui.review.step_offers import ask_for, words

_PROVES = frozenset({"confirm", "resubmit"})  # steps whose photo may follow


def ask_step(desk: Desk, action: Action, pages: Sequence[WarningPage]) -> StepAsk:
    """Return the question of one step for all warnings of a card; it is taken today.

    The departments that the warnings are for stand first, the nearest limit is proposed.
    """
    line = pages[0].line
    codes = "、".join(page.line.code for page in pages)
    sentence = f"{line.head_name}户　{line.message}（{codes}）"
    ask = ask_for(desk, "warning", action, sentence, line.household_id)
    own = tuple(dict.fromkeys(one for page in pages for one in page.departments))
    if "department" in ask.choices:
        every = dict.fromkeys((*words(own), *ask.choices["department"]))
        ask = replace(ask, choices={**ask.choices, "department": tuple(every)})
    known = {
        "due_on": line.remedy_due_on.isoformat() if line.remedy_due_on else "",
        "department": own[0] if own else "",
    }
    ask = with_defaults(replace(ask, hidden=frozenset({ON})), **known)
    if action.name == "return":
        ask = with_remarks(ask)
    may_follow = action.name in _PROVES and any(page.lacks_photo for page in pages)
    if PHOTO not in ask.needed and not may_follow:
        return ask
    return with_photos(ask, desk, [Thing("warning", page.line.warning_id) for page in pages])
