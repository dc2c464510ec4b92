"""一户一档: the chosen papers of one household in one file, as values."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from app.domain.form import FormDef
from app.domain.household import NOTHING, Answers, Member
from app.domain.labels import label
from app.domain.listing import ListColumn, Listing
from app.domain.masking import masked_id_no
from app.domain.period import Period
from app.domain.plan import PlanDocument, PlanSource
from app.domain.plan_fields import age_text
from app.domain.visit_paper import answer_text

PAPERS: Mapping[str, str] = {
    "members": "家庭成员名册",
    "plan": "一户一策帮扶计划表",
    "sheets": "月度检查记录",
    "warnings": "预警台账",
    "measures": "帮扶措施台账",
    "visits": "走访记录",
    "history": "办理经过",
    "photos": "照片和扫描件",
}
USUAL = tuple(key for key in PAPERS if key != "photos")  # pictures only where they are wanted

_MEMBERS = (
    ListColumn("序号", 9, True), ListColumn("姓名", 24, True), ListColumn("关系", 14, True),
    ListColumn("性别", 9, True), ListColumn("年龄", 9, True), ListColumn("证件号码", 38, True),
    ListColumn("文化程度/在校", 22, True), ListColumn("劳动技能", 22, True),
    ListColumn("就业", 20, True), ListColumn("状态", 14, True),
)  # fmt: skip
_VISITS = (
    ListColumn("日期", 22, True), ListColumn("走访人", 20, True), ListColumn("方式", 26, True),
    ListColumn("内容", 90),
)  # fmt: skip
_HISTORY = (
    ListColumn("日期", 22, True), ListColumn("事由", 60), ListColumn("办理", 26, True),
    ListColumn("办理人", 26, True), ListColumn("说明", 50),
)  # fmt: skip
_NOTHING = Listing("", (), ())


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One step of anything of the household."""

    on: date
    what: str
    step: str
    by: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture as JPEG with its size in pixels; ``missing`` says why there is none."""

    caption: str
    content: bytes = b""
    width: int = 0
    height: int = 0
    missing: str = ""


@dataclass(frozen=True, slots=True)
class DossierSource:
    """What a file is made from. ``months``: submitted months and their answers, oldest first."""

    plan: PlanSource
    sheet: PlanDocument
    form: FormDef
    months: Mapping[Period, Answers] = field(default_factory=lambda: NOTHING)
    warnings: Listing = _NOTHING
    measures: Listing = _NOTHING
    history: tuple[HistoryLine, ...] = ()
    photos: tuple[Photo, ...] = ()


@dataclass(frozen=True, slots=True)
class DossierPart:
    """One paper of the file: a plan sheet, lists, or pictures."""

    key: str
    title: str
    listings: tuple[Listing, ...] = ()
    plan: PlanDocument | None = None
    photos: tuple[Photo, ...] = ()


@dataclass(frozen=True, slots=True)
class Dossier:
    """One household's file."""

    area: str
    household_no: str
    head_name: str
    hamlet_group: str
    printed_on: date
    parts: tuple[DossierPart, ...]


def dossier(source: DossierSource, papers: Sequence[str]) -> Dossier:
    """Return the file with the chosen papers, in the order of the file."""
    return Dossier(
        area=source.plan.area,
        household_no=source.plan.household_no,
        head_name=source.plan.head_name,
        hamlet_group=source.plan.hamlet_group,
        printed_on=source.plan.printed_on,
        parts=tuple(_part(key, source) for key in PAPERS if key in papers),
    )


def _part(key: str, source: DossierSource) -> DossierPart:
    if key == "plan":
        return DossierPart(key, PAPERS[key], plan=source.sheet)
    if key == "photos":
        return DossierPart(key, PAPERS[key], photos=source.photos)
    listings: Mapping[str, Callable[[], tuple[Listing, ...]]] = {
        "members": lambda: (_members(source.plan),),
        "sheets": lambda: tuple(_sheets(source)),
        "warnings": lambda: (_own(source.warnings),),
        "measures": lambda: (_own(source.measures),),
        "visits": lambda: (_visits(source.plan),),
        "history": lambda: (_history(source.history),),
    }
    return DossierPart(key, PAPERS[key], listings[key]())


def _own(listing: Listing) -> Listing:
    """Return a village's list as it stands in one household's file."""
    title = f"共 {len(listing.rows)} 条"
    return replace(listing.without("户编号", "户主"), title=title, note="")


def _members(plan: PlanSource) -> Listing:
    rows = tuple(_member(member, plan.printed_on) for member in plan.members)
    return Listing(f"在户 {len(plan.present)} 人", _MEMBERS, rows, "证件号码只留前六位和后四位。")


def _member(member: Member, day: date) -> tuple[str, ...]:
    return (
        str(member.number),
        member.name,
        member.relation,
        label("sex", member.sex),
        age_text(member, day),
        masked_id_no(member.id_no),
        member.school_status or member.education,
        label("labor_skill", member.labor_skill),
        label("employment", member.employment),
        label("member_status", member.member_status),
    )


def _visits(plan: PlanSource) -> Listing:
    rows = tuple(
        (visit.visited_on.isoformat(), visit.visitor, label("visit_way", visit.way), visit.content)
        for visit in plan.visits
    )
    return Listing(f"共 {len(rows)} 次", _VISITS, rows)


def _history(lines: Sequence[HistoryLine]) -> Listing:
    rows = tuple(
        (line.on.isoformat(), line.what, line.step, line.by, line.note)
        for line in sorted(lines, key=lambda line: line.on)
    )
    return Listing(f"共 {len(rows)} 步", _HISTORY, rows)


def _sheets(source: DossierSource) -> Iterator[Listing]:
    """Yield the chapters with the answers of the months side by side."""
    periods = list(source.months)
    if not periods:
        yield Listing("还没有提交过的月份", (ListColumn("说明", 1),), ())
        return
    columns = (
        ListColumn("题号", 14, True), ListColumn("内容", 58), ListColumn("对象", 18, True),
        *(ListColumn(str(period), 34, True) for period in periods),
    )  # fmt: skip
    for chapter in source.form.chapters:
        rows = tuple(
            row
            for question in source.form.questions
            if question.chapter == chapter.code
            for row in _answers(question.code, source, periods)
        )
        if rows:
            yield Listing(chapter.label, columns, rows)


def _answers(
    code: str, source: DossierSource, periods: Sequence[Period]
) -> Iterator[tuple[str, ...]]:
    question, members = source.form.question(code), source.plan.members
    people = [("", ""), *((member.id, member.name) for member in members)]
    for member_id, name in people:
        given = [source.months[period].get((code, member_id)) for period in periods]
        if any(value is not None for value in given):
            texts = (
                "" if value is None else answer_text(question, value, source.form, members)
                for value in given
            )
            yield (code, question.label, name or "全户", *texts)
