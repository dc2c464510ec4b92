"""What the fields of a step offer: people, departments, members, and the words of choices."""

from collections.abc import Callable, Mapping

from app.domain.case import CLEAR_OUT_REASONS, NEGATIVE_CONCLUSIONS
from app.domain.labels import LABELS
from app.domain.measure import TERMINATE_REASONS, WHOLE_HOUSEHOLD
from app.domain.period import Period
from app.domain.warning import CHECK_WAYS, FALSE_ALARM_REASONS
from app.ops import catalogue, operators, roster_view
from app.ops.lives import Action
from app.ui.page import Desk
from app.ui.review.step_fields import Choice
from app.ui.review.step_form import StepAsk

_PEOPLE = ("second_person", "responsible_person", "checker", "entered_by")
OPEN_ONES = frozenset({*_PEOPLE, "department", "negative_conclusion", "objections"})
_REASONS = {
    "warning": FALSE_ALARM_REASONS,
    "measure": TERMINATE_REASONS,
    "monitored_case": CLEAR_OUT_REASONS,
}
_SEVERITIES = ("red", "orange", "yellow")
_OPTIONAL = {  # what a step may bring beyond what it needs
    "verify": ("cause_note",),
    "approve": ("cause_note",),
    "re-identify": ("cause_note",),
    "pass": ("explanation",),
    "end-publicity": ("objections_settled",),
    "removal-publicise": ("objections_settled",),
    "clear-out": ("proof",),
    "exclude": ("told_on",),
    "finish": ("amount_paid", "proof"),
    "assign": ("departments",),
}


def words(values: tuple[str, ...]) -> tuple[Choice, ...]:
    """Return choices whose value is the word itself."""
    return tuple((value, value) for value in values)


def people(desk: Desk) -> tuple[Choice, ...]:
    """Return the names of the team."""
    found = desk.runner.call(lambda: operators.list_operators(desk.store)) or []
    return words(tuple(person.name for person in found))


def departments(desk: Desk) -> tuple[Choice, ...]:
    """Return the departments of the catalogue in force."""
    form = desk.runner.call(lambda: catalogue.form_for(Period.of(desk.today())))
    return words(form.departments if form is not None else ())


def members(desk: Desk, household_id: str) -> tuple[Choice, ...]:
    """Return who is 在户."""
    page = desk.runner.call(lambda: roster_view.household_page(desk.store, household_id))
    found = page.members if page is not None else ()
    return tuple((m.member_id, m.name) for m in found if m.member_status == "present")


def ask_for(
    desk: Desk, subject: str, action: Action, sentence: str, household_id: str = ""
) -> StepAsk:
    """Return the question of a step with everything that its fields offer."""
    names = {*action.needs, *_OPTIONAL.get(action.name, ())}
    choices: dict[str, tuple[Choice, ...]] = {}
    for name in names:
        found = _choices(desk, subject, name, household_id)
        if found is not None:
            choices[name] = found
    is_case = subject == "monitored_case"
    optional = _OPTIONAL.get(action.name, ()) if is_case or action.name != "pass" else ()
    return StepAsk(
        action=action,
        sentence=sentence,
        today=desk.today(),
        choices=choices,
        open_ones=OPEN_ONES,
        defaults=_defaults(desk, names),
        optional=optional,
    )


def _choices(desk: Desk, subject: str, name: str, household_id: str) -> tuple[Choice, ...] | None:
    makers: dict[str, Callable[[], tuple[Choice, ...]]] = {
        **dict.fromkeys(_PEOPLE, lambda: people(desk)),
        "department": lambda: departments(desk),
        "reason": lambda: words(_REASONS.get(subject, ())),
        "beneficiary": lambda: (
            (WHOLE_HOUSEHOLD, WHOLE_HOUSEHOLD), *members(desk, household_id)
        ),
        "negative_conclusion": lambda: words(NEGATIVE_CONCLUSIONS),
        "check_way": lambda: words(CHECK_WAYS),
        "objections": lambda: words(("无",)),
        "causes": lambda: tuple(LABELS["risk_cause"].items()),
        "object_type": lambda: tuple(LABELS["object_type"].items()),
        "removal_way": lambda: tuple(LABELS["removal_way"].items()),
        "severity": lambda: tuple((key, LABELS["severity"][key]) for key in _SEVERITIES),
    }  # fmt: skip
    maker = makers.get(name)
    return maker() if maker is not None else None


def _defaults(desk: Desk, names: set[str]) -> Mapping[str, str]:
    me = desk.actor.name
    return {
        name: text
        for name, text in {
            "checker": me,
            "entered_by": me,
            "responsible_person": me,
            "team": f"{me}、",
            "objections": "无",
            "votes_no": "0",
            "votes_abstain": "0",
            "meeting_on": desk.today().isoformat(),
            "told_on": desk.today().isoformat(),
            "letter_signed_on": desk.today().isoformat(),
            "system_updated_on": desk.today().isoformat(),
        }.items()
        if name in names
    }
