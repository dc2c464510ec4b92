"""Which builder makes which paper, and how it gets into a file."""

from collections.abc import Callable, Mapping
from pathlib import Path

from app.domain.papers import (
    CLUE_SHEET,
    FOLLOW_UP,
    ORDER,
    SEEN_BY_FARMER,
    OpenText,
    PaperForm,
    PaperSource,
    softened,
)
from app.reports.papers import (
    deciding,
    ending,
    engine,
    notices,
    public,
    visiting,
    warnings,
)
from app.reports.pdf import PrintedPapers

Builder = Callable[[PaperSource], PaperForm] | Callable[[PaperSource], OpenText]

BUILDERS: Mapping[str, Builder] = {
    CLUE_SHEET: visiting.clue,
    "访查任务单": visiting.task,
    "入户核查表": visiting.verification,
    "承诺授权书": visiting.letter,
    "答复单": visiting.reply,
    "会议记录": deciding.meeting,
    "公示": notices.publicity,
    "公示结果": notices.result,
    "公告": notices.announcement,
    "批复": notices.approval,
    "乡镇审核表": deciding.township_review,
    "信息采集表": deciding.collection,
    "退回单": deciding.returned,
    "风险消除评估表": ending.removal,
    "回退审批表": ending.rollback,
    "类型变更表": ending.change_type,
    "清退审批表": ending.clear_out,
    "自然变更表": ending.natural_change,
    "初审清单": warnings.first_review,
    "预警监测对象名单": warnings.determined,
    "已销号台账": warnings.closed,
    ORDER: warnings.order,
    FOLLOW_UP: warnings.follow_up,
    "销号申请表": warnings.request,
    "销号审核表": warnings.check,
}


def render(source: PaperSource, path: Path) -> PrintedPapers:
    """Write the paper of a source to a PDF.

    Raises:
        KeyError: there is no paper of this name.
        PaperNotSavedError: the file cannot be written; an older one is untouched.
    """
    made = BUILDERS[source.name](source)
    if isinstance(made, OpenText):
        return public.render([made], path)
    if source.name in SEEN_BY_FARMER and source.household is not None:
        made = softened(made, source.household.soft_words)
    return engine.render(made, path)
