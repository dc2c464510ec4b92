"""A report for printing, from records by chance."""

from dataclasses import replace
from datetime import date

from app.domain.annual_report import BODY, HEADING, OfficialText, Paragraph
from app.domain.statistics import report as reports
from app.domain.statistics.context import Window
from app.domain.statistics.report import Report
from tests.domain.statistics.build import OCTOBER, YEAR, Chance, context


def report(
    kind: str = reports.YEARLY, level: str = "county", seed: int = 3, households: int = 120
) -> Report:
    window: Window = OCTOBER if kind == reports.MONTHLY else YEAR
    found = replace(context(window), records=Chance(seed, households).records())
    return reports.build(found, kind, level, "云岭镇2025年防止返贫监测年报")


def official_text(paragraphs: int = 3, words: str = "监测对象") -> OfficialText:
    body = [Paragraph(HEADING, "一、监测对象动态")]
    body += [Paragraph(BODY, f"{words * 20}{n}户。") for n in range(paragraphs)]
    return OfficialText(
        ("云岭镇2025年", "防止返贫监测和帮扶工作总结"), tuple(body), "云岭镇", date(2026, 1, 5)
    )
