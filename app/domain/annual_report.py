"""Texts of the reports (T26, T28): official Chinese, every number a field, only what is true.

A paragraph is a template without any digit and the fields that fill it. Problems and next steps
are a person's own words; the name of a household never stands here.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from app.domain.household import NOTHING
from app.domain.statistics import year_figures as names
from app.domain.statistics.report import CLASSIFICATION, HELPER, MONTHLY, YEARLY, Report
from app.domain.statistics.table import Cell, Line

HEADING, BODY = "heading", "body"
_ORDINALS = "一二三四五六七八九十"
_TIMELY = "及时"
_HELPER_VISITS = -2  # the column of T11


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph: its level, the template, and the fields that stand in it."""

    level: str
    template: str
    fields: Mapping[str, str] = field(default_factory=lambda: NOTHING)

    @property
    def text(self) -> str:
        """Return the text as it stands on paper."""
        return self.template.format_map(self.fields)


@dataclass(frozen=True, slots=True)
class FreeText:
    """What only people can write: one paragraph a line."""

    done: str = ""
    problems: str = ""
    next_steps: str = ""


@dataclass(frozen=True, slots=True)
class OfficialText:
    """A text in official form. ``notes``: missing villages and failed checks, at its end."""

    title_parts: tuple[str, str]  # whose and of when; what it is: where a long title is turned
    paragraphs: tuple[Paragraph, ...]
    author: str
    signed_on: date
    notes: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Return the whole title."""
        return "".join(self.title_parts)


def yearly_text(report: Report, free: FreeText = FreeText()) -> OfficialText:
    """Return the yearly summary of a township or county (T26)."""
    sections = (
        (
            "监测对象动态",
            [*_dynamics(report), *_stock(report), *_causes(report), *_classified(report)],
        ),
        ("帮扶措施落实", _measures(report)),
        ("预警处置", [*_warnings(report), *_timings(report)]),
        (
            "排查与核查",
            [*_clues(report), *_clear_outs(report), *_campaigns(report), *_doubts(report)],
        ),
        ("兜底保障与社会帮扶", [*_low_income(report), *_insurance(report)]),
        ("主要做法", _free(free.done)),
        ("存在的问题", _free(free.problems)),
        ("下一步打算", _free(free.next_steps)),
    )
    return _official(report, "防止返贫监测和帮扶工作总结", _numbered(sections))


def village_text(report: Report, free: FreeText = FreeText()) -> OfficialText:
    """Return the summary of a village, a helper, or a month (T28): 一是…, 二是…, what is true."""
    items = [
        *_households(report),
        *_visits(report),
        *_warnings(report),
        *_measures(report),
        *_clues(report),
        *_changes(report),
        *_stock(report),
        *_doubts(report),
    ]
    listed = [
        Paragraph(BODY, f"{_ORDINALS[place]}是{item.template}", item.fields)
        for place, item in enumerate(items)
    ]
    word = "本月" if report.kind == MONTHLY else "本年度"
    if not listed:
        listed = [Paragraph(BODY, f"{word}没有可以统计的工作记录。")]
    sections = (
        ("工作开展情况", [*listed, *_free(free.done)]),
        ("存在的问题", _free(free.problems)),
        ("下一步打算", _free(free.next_steps)),
    )
    whose = "帮扶责任人" if report.level == HELPER else ""
    return _official(report, f"防止返贫监测{whose}工作小结", _numbered(sections))


def _official(report: Report, what: str, paragraphs: Iterable[Paragraph]) -> OfficialText:
    notes = list(_failures(report))
    if report.heading.missing:
        notes.insert(0, f"不完全汇总，缺报：{'、'.join(report.heading.missing)}")
    heading = report.heading
    parts = (f"{heading.area}{heading.period}", what)
    author = heading.helper or heading.area
    return OfficialText(parts, tuple(paragraphs), author, heading.computed_on, tuple(notes))


def _failures(report: Report) -> Iterator[str]:
    """Yield a line for each check that failed; several of one number are told by the first."""
    groups: dict[str, list[str]] = {}
    for check in report.failed:
        groups.setdefault(check.check, []).append(check.detail)
    for number, details in groups.items():
        more = f"；这一项共{len(details)}处，见报表" if len(details) > 1 else ""
        yield f"核对未通过：{number} {details[0]}{more}"


def _numbered(sections: Iterable[tuple[str, Iterable[Paragraph]]]) -> Iterator[Paragraph]:
    """Yield the sections that hold something, numbered in Chinese."""
    place = 0
    for title, paragraphs in sections:
        found = list(paragraphs)
        if found:
            yield Paragraph(HEADING, f"{_ORDINALS[place]}、{title}")
            yield from found
            place += 1


def _free(text: str) -> list[Paragraph]:
    return [
        Paragraph(BODY, "{words}", {"words": line.strip()})
        for line in text.splitlines()
        if line.strip()
    ]


class _Sentence:
    """Parts of one sentence that hold only where their count is not zero."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.fields: dict[str, str] = {}

    def count(self, words: str, *cells: Cell) -> None:
        """Add ``words`` with a place per cell; nothing if the first cell is zero."""
        if not cells[0].value:
            return
        keys = [f"n{len(self.fields) + place}" for place in range(len(cells))]
        self.parts.append(words.format(*(f"{{{key}}}" for key in keys)))
        for key, cell in zip(keys, cells, strict=True):
            self.fields[key] = _number(cell)

    def paragraph(self, opening: str, fields: Mapping[str, str] = NOTHING) -> list[Paragraph]:
        """Return the sentence, or nothing if no part holds."""
        if not self.parts:
            return []
        template = f"{opening}{'，'.join(self.parts)}。"
        return [Paragraph(BODY, template, {**fields, **self.fields})]


def _number(cell: Cell) -> str:
    return cell.text if isinstance(cell.value, int | Decimal) else "0"


def _whole(cell: Cell) -> int:
    return cell.value if isinstance(cell.value, int) else 0


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _pair(line: Line) -> tuple[Cell, Cell]:
    return line.cells[0], line.cells[1]


def _span(report: Report) -> str:
    """Return the time that is told of; a year that is not over is no whole one."""
    if report.kind == MONTHLY:
        return "本月"
    return "全年" if report.kind == YEARLY and report.heading.until is None else "年初以来"


def _dynamics(report: Report) -> list[Paragraph]:
    table = report.table("T1")
    sentence = _Sentence()
    for label, words in (
        (names.NEW, "新识别监测对象{}户{}人"), (names.AGAIN, "再标注{}户{}人"),
        (names.RISK_REMOVED, "风险消除{}户{}人"), (names.ROLLED_BACK, "风险消除回退{}户{}人"),
        (names.TYPE_CHANGED, "类型变更{}户{}人"), (names.CLEARED, "识别不精准清退{}户{}人"),
        (names.EXTINCT, "整户消亡{}户{}人"),
    ):  # fmt: skip
        sentence.count(words, *_pair(table.row(label)))
    for label in (names.INCREASE, names.DECREASE):
        sentence.count(f"监测对象家庭{label}{{}}人", table.row(label).cells[1])
    found = sentence.paragraph(_span(report))
    return found or [Paragraph(BODY, f"{_span(report)}监测对象没有变动。")]


def _stock(report: Report) -> list[Paragraph]:
    table = report.table("T2")
    total = table.row("合计")
    day = {"day": _day(report.window.end)}
    if not total.cells[0].value:
        return []
    sentence = _Sentence()
    sentence.count("共有监测对象{}户{}人", *_pair(total))
    sentence.count("其中已消除风险{}户{}人", *_pair(table.row(names.REMOVED)))
    sentence.count("未消除风险{}户{}人", *_pair(table.row(names.MONITORING)))
    if not table.row(names.MONITORING).cells[0].value:
        sentence.parts.append("风险全部消除")
    found = sentence.paragraph("截至{day}，", day)
    types = _Sentence()
    for line in report.table("T5").rows:
        if not line.is_total:
            types.count(f"{line.label}{{}}户{{}}人", *_pair(line))
    is_small = report.level in {"village", HELPER}
    return found if is_small else [*found, *types.paragraph("按对象类型分，")]


def _causes(report: Report) -> list[Paragraph]:
    sentence = _Sentence()
    lines = [line for line in report.table("T3").rows if not line.is_total]
    for line in sorted(lines, key=lambda line: -_whole(line.cells[0])):
        sentence.count(f"{line.label}{{}}户{{}}人（占{{}}%）", *_with_percent(line))
    return sentence.paragraph("按主要风险原因分，")


def _with_percent(line: Line) -> tuple[Cell, Cell, Cell]:
    """Whole per cent in a text, half up; the tables have two decimals."""
    percent = line.cells[2].value
    whole = int(percent + Decimal("0.5")) if isinstance(percent, Decimal) else 0
    return line.cells[0], line.cells[1], Cell(whole)


def _classified(report: Report) -> list[Paragraph]:
    """K17: the sentence stands only while nobody is wrongly classified; else the counts do."""
    check = next((c for c in report.checks if c.check == "K17"), None)
    if check is None or check.ok is None or not report.table("T2").row("合计").cells[0].value:
        return []
    if check.ok:
        words = "不存在人均纯收入高于监测范围却错误分类为脱贫不稳定户、边缘易致贫户，"
        words += "或低于监测范围却错误分类为突发严重困难户的情况。"
        return [Paragraph(BODY, words)]
    kinds = "、".join(CLASSIFICATION.values())
    fields = {"count": str(check.left)}
    return [Paragraph(BODY, f"{kinds}的还有{{count}}户，正在核实。", fields)]


def _measures(report: Report) -> list[Paragraph]:
    table = report.table("T8")
    base = report.table("T2").row("合计").cells[0]
    if not base.value:
        return []
    total = report.table("T6").row("合计")
    without = table.row(names.WITHOUT_MEASURE).cells[0]
    fields = {"base": _number(base), "measures": _number(total.cells[0])}
    if without.value:
        fields["without"] = _number(without)
        opening = "对{base}户监测对象落实帮扶措施{measures}条，还有{without}户没有措施"
    else:
        opening = "对{base}户监测对象全部落实帮扶措施，共{measures}条"
    sentence = _Sentence()
    skipped = ("有任一措施", names.WITHOUT_MEASURE)
    for line in table.rows:
        if line.label not in skipped:
            sentence.count(f"{line.label}{{}}户", line.cells[0])
    found = sentence.paragraph(f"{opening}。按类别分，", fields)
    return found or [Paragraph(BODY, f"{opening}。", fields)]


def _warnings(report: Report) -> list[Paragraph]:
    """Count warnings (条), and where the report knows them the matters (事项) that they are."""
    line = report.table("T14").row("合计")
    cells = dict(zip((c.label for c in report.table("T14").columns), line.cells, strict=True))
    sentence = _Sentence()
    for label, words in (
        ("新增", "新增预警"), ("确认", "确认上报"), ("误报", "不属实"), ("已撤销", "撤销"),
        ("已销", "销号"), ("期末未销", "期末未销"), ("其中超期", "其中超期"),
    ):  # fmt: skip
        cell = cells[label]
        if report.matters:
            matters = {report.matters.get(one, one) for one in cell.ids}
            sentence.count(f"{words}{{}}事项（{{}}条）", Cell(len(matters)), cell)
        else:
            sentence.count(f"{words}{{}}条", cell)
    return sentence.paragraph("")


def _timings(report: Report) -> list[Paragraph]:
    sentence = _Sentence()
    for line in report.table("T15").rows:
        if line.label.startswith(_TIMELY):
            sentence.count(f"{line.label}{{}}条、平均{{}}天", line.cells[0], line.cells[1])
    return sentence.paragraph("“五个及时”：")


def _households(report: Report) -> list[Paragraph]:
    """Say how many households one person answers for; the text of an area has none of it."""
    if report.level != HELPER:
        return []
    sentence = _Sentence()
    sentence.count("负责帮扶{}户{}人", *_pair(report.table("T17").row("合计")))
    return sentence.paragraph("")


def _visits(report: Report) -> list[Paragraph]:
    line = report.table("T11").row("合计")
    if not line.cells[0].value:
        return []
    unit = report.table("T11").columns[0].unit
    due, visited = line.cells[0], line.cells[1]
    sentence = _Sentence()
    sentence.count(f"应走访{{}}{unit}", due)
    sentence.count(f"已走访{{}}{unit}", visited)
    sentence.count(f"其中入户{{}}{unit}", line.cells[3])
    sentence.count(f"电话{{}}{unit}", line.cells[4])
    sentence.count(f"未访{{}}{unit}", Cell(_whole(due) - _whole(visited)))
    sentence.count(f"帮扶责任人入户{{}}{unit}", line.cells[_HELPER_VISITS])
    return sentence.paragraph("")


def _changes(report: Report) -> list[Paragraph]:
    sentence = _Sentence()
    for line in report.table("T19").rows:
        if not line.is_total:
            sentence.count(f"{line.label}{{}}次", line.cells[0])
    return sentence.paragraph("办理自然变更：")


def _clues(report: Report) -> list[Paragraph]:
    line = report.table("T20").row("合计")
    sentence = _Sentence()
    for words, cell in zip(
        ("收到线索{}条", "核实{}条", "纳入{}条", "不纳入{}条", "逾期未答复{}条"),
        line.cells,
        strict=True,
    ):
        sentence.count(words, cell)
    return sentence.paragraph("")


def _clear_outs(report: Report) -> list[Paragraph]:
    sentence = _Sentence()
    for line in report.table("T9").rows:
        if not line.is_total:
            sentence.count(f"{line.label}{{}}户{{}}人", *_pair(line))
    return sentence.paragraph("识别不精准清退的，按原因分：")


def _campaigns(report: Report) -> list[Paragraph]:
    found: list[Paragraph] = []
    for line in report.table("T21").rows:
        if not line.is_total:
            continue
        sentence = _Sentence()
        sentence.count("应查{}户{}人", *_pair(line))
        sentence.count("已查{}户{}人", line.cells[2], line.cells[3])
        sentence.count("有问题{}户", line.cells[5])
        sentence.count("已整改{}户", line.cells[6])
        name = line.label.removesuffix("·合计")
        found += sentence.paragraph("{campaign}：", {"campaign": name})
    return found


def _doubts(report: Report) -> list[Paragraph]:
    line = report.table("T22").row("合计")
    sentence = _Sentence()
    for words, cell in zip(
        ("核对资料疑点{}条", "已更正{}条", "确认无误{}条", "待核{}条"), line.cells, strict=True
    ):
        sentence.count(words, cell)
    return sentence.paragraph("")


def _low_income(report: Report) -> list[Paragraph]:
    table = report.table("T24")
    sentence = _Sentence()
    for label in ("低保户", "特困供养户", "低保户且监测对象", "特困供养户且监测对象"):
        sentence.count(f"{label}{{}}户{{}}人", *_pair(table.row(label)))
    return sentence.paragraph("")


def _insurance(report: Report) -> list[Paragraph]:
    line = report.table("T25").row("合计")
    sentence = _Sentence()
    sentence.count("防贫保险与社会帮扶{}笔、{}元", line.cells[0], line.cells[1])
    sentence.count("受益{}户", line.cells[2])
    sentence.count("其中理赔{}笔", line.cells[3])
    return sentence.paragraph("")
