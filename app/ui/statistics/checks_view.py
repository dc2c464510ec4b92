"""The checks that stand on a table or a report: what failed is red and never hidden."""

from collections.abc import Sequence

from app.domain.report_checks import ReportCheck
from app.ui.data_table import DataTable
from app.ui.table_model import Column

_WORDS = {True: "通过", False: "核对未通过", None: "无法核对"}
_ORDER = {False: 0, None: 1, True: 2}


def checks_table() -> DataTable:
    """Return an empty table of checks."""
    return DataTable(_COLUMNS, "核对")


def in_order(checks: Sequence[ReportCheck]) -> list[ReportCheck]:
    """Return the checks: failed ones first, then those that lack data, then the rest."""
    return sorted(checks, key=lambda check: _ORDER[check.ok])


def summary(checks: Sequence[ReportCheck]) -> str:
    """Return how the checks came out, in one sentence."""
    failed = sum(check.ok is False for check in checks)
    unknown = sum(check.ok is None for check in checks)
    passed = len(checks) - failed - unknown
    parts = [f"核对未通过{failed}项"] if failed else []
    parts += [f"无法核对{unknown}项"] if unknown else []
    return "，".join([*parts, f"通过{passed}项"])


def failed_lines(checks: Sequence[ReportCheck]) -> str:
    """Return the lines of the failed checks, "" if there are none."""
    return "\n".join(check.line for check in checks if check.ok is False)


def _severity(check: ReportCheck) -> str:
    if check.ok is False:
        return "red"
    return "yellow" if check.hint else "none"


_COLUMNS = (
    Column("编号", lambda check: check.check, width=3, sort_key=lambda check: int(check.check[1:])),
    Column("结果", lambda check: _WORDS[check.ok], width=6, severity=_severity),
    Column("内容", lambda check: check.detail),
)
