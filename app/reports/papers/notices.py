"""公示, 公示结果, 公告 and 批复: texts of a household's case that others read.

They are made from the head's name, the number of people, the group and the group of reasons:
nothing else of a household is looked at here.
"""

from dataclasses import replace

from app.domain.case import IN_PUBLICITY, REMOVAL_PUBLICITY
from app.domain.papers import OpenText, PaperSource, day_words, notice_text
from app.domain.public_notice import CLEAR_OUT, IMPRECISE, NoticeRow, PublicNotice
from app.reports.papers.parts import committee, county, home_of, township


def publicity(source: PaperSource) -> OpenText:
    """Return 公示 (B5, B13, B17)."""
    kind = REMOVAL_PUBLICITY if source.is_removal else IN_PUBLICITY
    village, rows = source.offices.village, (_row(source),)
    if source.deed is not None and source.deed.action == "propose-clear-out":
        kind, rows = CLEAR_OUT, (replace(rows[0], reason_group=IMPRECISE),)
    return notice_text(PublicNotice(kind, village, rows, source.day, source.publicity_days))


def result(source: PaperSource) -> OpenText:
    """Return 公示结果 (B6): whether somebody objected. Who, and with what, is not told."""
    begun = source.last("publicise", "removal-deliberate")
    span = f"自{day_words(begun.on)}至{day_words(source.day)}" if begun else ""
    has_objections = source.said("objections") not in ("", "无")
    outcome = "公示期内有异议，已经核实处理" if has_objections else "公示期内没有收到异议"
    what = "风险消除" if source.is_removal else "纳入监测对象"
    return OpenText(
        title_parts=(source.offices.village, f"{_kind(source)}公示结果"),
        author=committee(source),
        signed_on=source.day,
        paragraphs=(
            (
                f"{source.offices.village}对以下农户{what}的情况，{span}进行了公示。"
                f"{outcome}，现予公布。"
            ),
        ),
        rows=(_row(source),),
    )


def announcement(source: PaperSource) -> OpenText:
    """Return 公告 (B8, B13)."""
    done = "标注风险消除" if source.is_removal else "纳入防止返贫监测对象"
    return OpenText(
        title_parts=(source.offices.village, f"{_kind(source)}公告"),
        author=county(source),
        signed_on=source.day,
        paragraphs=(f"经村民主评议、乡镇审核、县级审定，以下农户{done}，现予公告。",),
        rows=(_row(source),),
    )


def approval(source: PaperSource) -> OpenText:
    """Return 批复 (B8, B13), to the township."""
    done = "标注风险消除" if source.is_removal else "纳入防止返贫监测对象"
    next_steps = (
        "请做好后续走访，已享受的帮扶政策按规定继续执行。"
        if source.is_removal
        else "请及时录入国家系统，落实帮扶责任人，制定一户一策帮扶计划并抓好落实。"
    )
    village = f"{source.offices.township}{source.offices.village}"
    return OpenText(
        title_parts=(f"关于同意{village}", f"{_kind(source)}的批复"),
        author=county(source),
        signed_on=source.day,
        document_no=source.said("approval_no"),
        addressee=township(source),
        paragraphs=(
            (
                f"你们上报的{source.offices.village}{_kind(source)}材料收悉。经审核，"
                f"同意以下农户{done}。"
            ),
            next_steps,
        ),
        rows=(_row(source),),
        closing=("此复。",),
    )


def _kind(source: PaperSource) -> str:
    return "监测对象风险消除" if source.is_removal else "纳入防止返贫监测对象"


def _row(source: PaperSource) -> NoticeRow:
    home = home_of(source)
    return NoticeRow(home.head_name, len(home.present), home.hamlet_group, source.reason_group)
