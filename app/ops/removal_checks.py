"""The preconditions of 风险消除 (B12), each one shown as ✓ or ✗."""

from collections.abc import Iterator
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import rules, warning
from app.domain.case import CheckItem
from app.domain.period import Period, months_between
from app.domain.view import HouseholdView
from app.domain.words import rounded
from app.models.form import Sheet
from app.ops import measure_rows, sheet_context, warnings
from app.ops.case_rows import LoadedCase
from app.ops.sheet_context import SheetContext, month_of

_SPENDING = ("R-04", "R-05")


def checks(
    session: Session, found: LoadedCase, on: date, removal_way: str = "by_help"
) -> tuple[CheckItem, ...]:
    """Return every precondition, met or not, in the order of the catalogue."""
    home = found.thing.row.household_id
    context = sheet_context.one(session, month_of(Period.of(on), on), home)
    return (
        _income(context),
        _months(found, context, on),
        _no_grave_warning(session, home),
        _stable(session, home, context, on),
        _labor(context),
        _helped(session, home, removal_way),
        _spending(context),
    )


def _income(context: SheetContext) -> CheckItem:
    view = HouseholdView(context.facts, context.policy)
    label, line = "人均纯收入不低于监测范围", context.policy.line
    if line is None:
        return CheckItem("per_capita", label, False, "当年监测范围未下发", False)
    if view.per_capita is None:
        return CheckItem("per_capita", label, False, "收入资料不足", False)
    shown = f"{rounded(view.per_capita)}元，监测范围{line}元"
    return CheckItem(
        "per_capita", label, not view.is_below_line(view.per_capita), shown, overridable=False
    )


def _months(found: LoadedCase, context: SheetContext, on: date) -> CheckItem:
    """Exactly the minimum is enough."""
    least = context.policy.min_elimination_months
    label = f"识别满{least}个月"
    since = found.case.identified_on if found.case else None
    if not since:
        return CheckItem("months", label, False, "没有识别日期")
    if len(since) == 7:
        months = months_between(Period.parse(since), Period.of(on))
    else:
        months = months_between(date.fromisoformat(since), on)
    return CheckItem("months", label, months >= least, f"已{months}个月")


def _no_grave_warning(session: Session, home: str) -> CheckItem:
    """C findings ask for this very assessment (研判是否可消除): they do not stand in its way."""
    grave = [
        loaded
        for loaded in warnings.open_states(session, {home})
        if warning.RANK[loaded.severity] >= warning.RANK["orange"]
        and not loaded.row.code.startswith("C-")
    ]
    shown = "、".join(loaded.row.code for loaded in grave)
    return CheckItem("no_warning", "没有未销的橙色、红色预警", not grave, shown)


def _stable(session: Session, home: str, context: SheetContext, on: date) -> CheckItem:
    """三保障 and water are fine in each of the last sheets."""
    count = int(context.policy.process["stable_months"])
    label = f"近{count}次检查三保障和饮水都达标"
    query = (
        select(Sheet)
        .where(Sheet.household_id == home, Sheet.submitted_on.is_not(None))
        .where(Sheet.period <= f"{on:%Y-%m}")
        .order_by(Sheet.period.desc())
        .limit(count)
    )
    sheets = list(session.scalars(query))
    fallen = sorted({code for sheet in sheets for code in _fallen(sheet, context)})
    if fallen:
        return CheckItem("stable", label, False, f"有缺项：{'、'.join(fallen)}")
    return CheckItem("stable", label, len(sheets) == count, f"已有{len(sheets)}次")


def _fallen(sheet: Sheet, context: SheetContext) -> Iterator[str]:
    items = context.policy.relapse_items
    return (code for code in sheet.shortfall_codes.split(",") if code in items)


def _labor(context: SheetContext) -> CheckItem:
    view = HouseholdView(context.facts, context.policy)
    detail = "整户无劳动力，暂不标注" if view.is_no_labor else ""
    return CheckItem("labor", "不是整户无劳动力", not view.is_no_labor, detail, overridable=False)


def _helped(session: Session, home: str, removal_way: str) -> CheckItem:
    delivered = [t for t in measure_rows.load(session, [home]) if measure_rows.is_delivered(t)]
    is_natural = removal_way == "natural"
    detail = "自然消除不要求" if is_natural else f"已落实{len(delivered)}条"
    return CheckItem(
        "helped", "帮扶消除的至少有一条措施已落实", is_natural or bool(delivered), detail, False
    )


def _spending(context: SheetContext) -> CheckItem:
    findings = rules.evaluate(context.facts, context.form, context.policy)
    codes = sorted({f.code for f in findings} & set(_SPENDING))
    return CheckItem("spending", "大额刚性支出已解决", not codes, "、".join(codes))
