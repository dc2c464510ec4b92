"""A 加措施: one measure for the warnings of a card, proposed from the catalogue."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from PySide6.QtWidgets import QWidget

from app.domain.labels import LABELS
from app.domain.period import Period
from app.domain.plan_catalogue import MeasureCatalogue
from app.errors import AppError
from app.ops import measures, plan_catalogue
from app.ops.lives import Action, StepInput
from app.ops.measures import NewMeasure
from app.ops.warnings import WarningPage
from app.ui.page import Desk
from app.ui.review.step_fields import ChoiceField
from app.ui.review.step_form import NOTE, ON, StepAsk, StepForm
from app.ui.review.step_offers import departments, members, people, words
from app.ui.review.submit import attempt

_ADD = Action(
    "plan", "加措施", ("measure_category", "measure_kind", "measure_level", "responsible_person")
)
_DELIVERS = (("village", "村"), ("township", "镇"), ("county", "县部门"))
_WORDS = {
    "measure_category": "类别", "measure_kind": "种类", "measure_level": "由谁落实",
    "planned_start_on": "计划开始", "planned_end_on": "计划完成", "amount": "金额",
    "content": "做什么", "member_id": "受益人",
    "department": "部门",
}  # fmt: skip
# Words of a refusal → the field it is about.
_ABOUT = (
    ("类别", "measure_category"), ("种类", "measure_kind"), ("责任人", "responsible_person"),
    ("级别", "measure_level"), ("部门", "department"), ("完成日", "planned_end_on"),
    ("金额", "amount"), ("受益人", "member_id"),
)  # fmt: skip


def measure_form(
    parent: QWidget | None, desk: Desk, pages: Sequence[WarningPage]
) -> StepForm | None:
    """Return the dialog that plans a measure for the warnings of a card."""
    catalogue = desk.runner.call(lambda: plan_catalogue.catalogue_for(Period.of(desk.today())))
    if catalogue is None:
        return None
    line = pages[0].line
    found = [s for page in pages for s in catalogue.for_shortfall(page.line.code)]
    ask = StepAsk(
        action=_ADD,
        sentence=f"{line.head_name}户　针对{'、'.join(page.line.code for page in pages)}",
        today=desk.today(),
        choices={
            "measure_category": tuple(LABELS["measure_category"].items()),
            "measure_kind": (),
            "measure_level": _DELIVERS,
            "responsible_person": people(desk),
            "department": departments(desk),
            "member_id": members(desk, line.household_id),
        },
        open_ones=frozenset({"measure_kind", "responsible_person", "department"}),
        defaults={
            "measure_level": desk.store.level,
            "responsible_person": desk.actor.name,
            "planned_start_on": desk.today().isoformat(),
            "planned_end_on": line.remedy_due_on.isoformat() if line.remedy_due_on else "",
            "department": pages[0].department if desk.store.level == "county" else "",
            "member_id": line.member_id,
        },
        optional=("content", "department", "member_id", "planned_start_on", "planned_end_on",
                  "amount"),
        hidden=frozenset({ON, NOTE}),
        words=_WORDS,
    )  # fmt: skip
    form = StepForm(parent, ask, lambda given: _plan(desk, pages, given))
    _offer_kinds(form, catalogue)
    if found:
        form.fields["measure_category"].set_value(found[0].category)
        form.fields["measure_kind"].set_value(found[0].kind)
        form.fields["content"].set_value(found[0].content)
    return form


def _offer_kinds(form: StepForm, catalogue: MeasureCatalogue) -> None:
    """The kinds follow the category; other words may be written."""
    category, kind = form.fields["measure_category"], form.fields["measure_kind"]
    assert isinstance(category, ChoiceField)  # noqa: S101  made from choices
    assert isinstance(kind, ChoiceField)  # noqa: S101  made from choices

    def refill(_index: int) -> None:
        kind.clear()
        for word, shown in (("", ""), *words(catalogue.kinds(category.value()))):
            kind.addItem(shown, word)

    category.currentIndexChanged.connect(refill)


def _plan(desk: Desk, pages: Sequence[WarningPage], given: StepInput) -> AppError | None:
    new = NewMeasure(
        household_id=pages[0].line.household_id,
        measure_category=given.get("measure_category"),
        measure_kind=given.get("measure_kind"),
        responsible_person=given.get("responsible_person"),
        content=given.get("content"),
        member_id=given.get("member_id"),
        warning_ids=tuple(page.line.warning_id for page in pages),
        department=given.get("department"),
        measure_level=given.get("measure_level"),
        planned_start_on=_day(given.get("planned_start_on")),
        planned_end_on=_day(given.get("planned_end_on")),
        amount=Decimal(given.get("amount")) if given.get("amount") else None,
    )
    refusal = attempt(
        desk.runner, lambda: measures.plan_measure(desk.store, desk.actor, new, desk.today())
    )
    if refusal is not None:
        reason = str(refusal.facts.get("reason", ""))
        about = next((name for word, name in _ABOUT if word in reason), "")
        refusal.facts["field"] = about
    return refusal


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
