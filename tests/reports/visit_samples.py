"""A household's month as the paper sees it, with the real form."""

from dataclasses import replace
from datetime import date

from app.domain.household import AnswerKey, AnswerValue, Facts, Member
from app.domain.period import Period
from app.domain.view import HouseholdView
from app.domain.visit_paper import VisitSource
from app.ops import catalogue
from tests.reports.samples import full_family

OCTOBER = Period(2025, 10)


def make_visit(members: tuple[Member, ...] | None = None, **changes: object) -> VisitSource:
    """Return a household for which every asked field has the form's good answer before it."""
    form, policy = catalogue.form_for(OCTOBER), catalogue.policy_for(OCTOBER)
    facts = Facts(
        period=OCTOBER,
        as_of=date(2025, 10, 31),
        household_no="0012",
        household_kind="lifted",
        members=full_family() if members is None else members,
    )
    view = HouseholdView(facts, policy)
    asked: dict[AnswerKey, AnswerValue | None] = {}
    for question in form.questions:
        for member in view.members if question.scope == "member" else (None,):
            if question.asked_when(view, member, None):
                asked[question.code, member.id if member else ""] = question.default
    source = VisitSource("兴源村", OCTOBER, date(2025, 10, 8), "二组", form, view, asked)
    return replace(source, **changes)  # type: ignore[arg-type]  # keyword bag of a test
