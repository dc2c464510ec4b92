"""Who remedies a finding and until when, in words, for the hints beside the form."""

from collections.abc import Iterable

from app.domain.form import FormDef
from app.domain.household import Finding
from app.domain.policy import Policy
from app.ui.sheet.findings_panel import Hint


def hints(form: FormDef, policy: Policy, findings: Iterable[Finding]) -> list[Hint]:
    """Return the findings with their limit."""
    return [Hint(finding, limit_text(form, policy, finding)) for finding in findings]


def limit_text(form: FormDef, policy: Policy, finding: Finding) -> str:
    """Return ``限7天 · 教体局``; the department alone where no days are set."""
    question, rule = form.by_code.get(finding.code), policy.rules.get(finding.code)
    days = form.default_due_days.get(finding.severity)
    department = rule.department if rule is not None else ""
    if question is not None:
        days = question.due_days.get(finding.severity, days)
        department = question.department
        for part in finding.parts:
            option = question.by_key.get(part)
            department = option.department if option and option.department else department
    parts = (f"限{days}天" if days is not None else "", department)
    return " · ".join(part for part in parts if part)
