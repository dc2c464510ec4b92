"""The rule engine: one function for the form, the batch and the command line."""

from app.domain.catalogue import FormDef
from app.domain.household import Derived, Facts, Finding
from app.domain.labels import label
from app.domain.policy import Policy
from app.domain.rules import checklist
from app.domain.rules.classification import CLASSIFICATION_RULES
from app.domain.rules.household_data import HOUSEHOLD_DATA_RULES
from app.domain.rules.member_data import MEMBER_DATA_RULES
from app.domain.rules.member_identity import IDENTITY_RULES
from app.domain.rules.negative import NEGATIVE_RULES
from app.domain.rules.risk import RISK_RULES
from app.domain.rules.run import HouseholdRule, MemberRule, Run
from app.domain.words import rounded

__all__ = ["RULE_CODES", "becomes_warning", "derive", "evaluate", "known_codes"]

_MEMBER_D: dict[str, MemberRule] = IDENTITY_RULES | MEMBER_DATA_RULES
# (code, rule of the household, rule of each person) in the order of the catalogue
_RULES: tuple[tuple[str, HouseholdRule | None, MemberRule | None], ...] = (
    *RISK_RULES,
    *((code, rule, None) for code, rule in CLASSIFICATION_RULES),
    *(
        (code, HOUSEHOLD_DATA_RULES.get(code), _MEMBER_D.get(code))
        for code in sorted(HOUSEHOLD_DATA_RULES.keys() | _MEMBER_D.keys())
    ),
    *((code, rule, None) for code, rule in NEGATIVE_RULES),
)
RULE_CODES: tuple[str, ...] = tuple(code for code, _, _ in _RULES)
# all that is left for a household without anybody
_RULES_OF_NOBODY = tuple(rule for rule in _RULES if rule[0] in {"R-10", "R-13", "D-29"})
_OF_EVERYBODY = frozenset(("R-10",))  # the lost worker is no longer present


def evaluate(facts: Facts, form: FormDef, policy: Policy) -> list[Finding]:
    """Return everything that catalogue and rules say of one household in one month.

    Order: checklist, then R, C, D, N by code, people in roster order. Pure and total: any facts,
    however wrong, give findings and never an error.
    """
    run = Run(facts, form, policy)
    run.found.extend(checklist.findings(run))
    for code, of_household, of_member in _RULES if run.view.size else _RULES_OF_NOBODY:
        if of_household is not None:
            finding = of_household(run)
            if finding is not None:
                run.found.append(finding)
        if of_member is not None:
            people = run.view.everybody if code in _OF_EVERYBODY else run.view.members
            for person in people:
                finding = of_member(run, person)
                if finding is not None:
                    run.found.append(finding)
    return run.found


def known_codes(form: FormDef) -> set[str]:
    """Return every code that a finding can have: questions that can fall short, and all rules."""
    return {q.code for q in form.questions if q.can_fall_short} | set(RULE_CODES)


def becomes_warning(code: str, form: FormDef, policy: Policy) -> bool:
    """Whether a finding of this code lives as a warning (life cycle a).

    D findings are doubts and N findings negative checks; a banner (R-13), coverage (BF-01) and
    natural changes (EV-03) are findings of the month alone.
    """
    question, rule = form.by_code.get(code), policy.rules.get(code)
    if question is not None:
        return question.can_fall_short and not question.life
    return rule is not None and code[0] in "RC" and not rule.life


def derive(facts: Facts, policy: Policy, findings: list[Finding] | None = None) -> Derived:
    """Return the shown figures and the suggested object type of a household.

    ``findings``: those of ``evaluate`` on the same facts; the suggestion needs R-03, R-05 and N.
    """
    run = Run(facts, _NO_FORM, policy)
    if findings is None:
        run.found.extend(f for _, rule, _ in _RULES if rule and (f := rule(run)) is not None)
    else:
        run.found.extend(findings)
    return Derived(
        per_capita=rounded(run.view.per_capita),
        ref_per_capita=rounded(run.view.ref_per_capita),
        counted_members=run.view.size,
        suggest_object=_suggestion(run),
    )


def _suggestion(run: Run) -> str:
    """Return the suggestion; an object's own words stand without the hint to the negative list."""
    below = run.view.is_below_line(run.view.per_capita)
    if run.view.size == 0:
        return "整户自然减少(待办理)"
    if run.view.is_open_object:
        return "无"
    if run.view.is_removed_object and below:
        return "再标注(研判)"
    sudden = run.raised("R-05") or (run.raised("R-03") and bool(run.view.answer("EV-01")))
    suggestion = _BY_KIND.get(run.facts.household_kind) if below else _SUDDEN if sudden else None
    if suggestion is None:
        return "无"
    has_clue = any(finding.code.startswith("N-") for finding in run.found)
    return f"{suggestion}(先核实负面清单)" if has_clue else suggestion


_SUDDEN = label("object_type", "sudden_hardship")
_BY_KIND = {
    "lifted": label("object_type", "unstable_lifted"),
    "ordinary": label("object_type", "edge_prone"),
}
_NO_FORM = FormDef("", "", (), checklist.NO_HEAD, ())
