"""What a change package would change, in words, before it is taken in."""

from collections.abc import Sequence

from app.ops import times
from app.ops.exchange_lines import ConflictLine, Imported, SideLine

_LEVELS = {"village": "村", "township": "镇", "county": "县"}


def preview_sentence(found: Imported) -> str:
    """Return the figures of a preview or a result on a few lines."""
    figures = (
        ("新增户", found.households_new),
        ("改动户", found.households_changed),
        ("预警变动", found.warnings_changed),
        ("冲突", len(found.conflicts)),
    )
    counted = " · ".join(f"{word} {number}" for word, number in figures)
    lines = [f"{found.sender_name} 第{found.number}号包", counted]
    if found.already_known:
        lines.append(f"已有的 {found.already_known}笔，不重复并入")
    if found.waiting:
        lines.append(f"先放着 {found.waiting}笔，等缺的包到了再并入")
    lines += [f"缺{gap.name}的第{gap.first}到{gap.last}笔，请对方重新导出" for gap in found.gaps]
    if found.void:
        lines.append(f"没有效力的 {len(found.void)}笔（对方无权改这些内容）")
    if found.earlier is not None:
        lines.append(f"这个包{times.day(found.earlier.at)}导入过，内容一样。不用再做什么。")
    return "\n".join(lines)


def unusual_sentence(found: Imported) -> str:
    """Return the question for an unusually large change, "" for an ordinary one."""
    amount = found.unusual
    if not amount.needs_confirmation():
        return ""
    return (
        f"这个包改动名册特别多：共{amount.households}户，改{amount.changed}户，"
        f"减少{amount.removed}个户或人。请先打电话问清楚。"
    )


def conflict_lines(conflicts: Sequence[ConflictLine]) -> list[str]:
    """Return each conflict with both sides, who and when; the side in force is marked."""
    return [" │ ".join(_side(side) for side in conflict.sides) for conflict in conflicts]


def _side(side: SideLine) -> str:
    mark = "（现用）" if side.is_in_force else ""
    return f"{_LEVELS.get(side.level, '')} {side.actor} {times.day(side.at)}：{side.text}{mark}"
