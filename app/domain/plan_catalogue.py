"""The measure catalogue (帮扶措施目录): categories, kinds, what to suggest when. Source: plan.md.

Everything here is data of a dated file; a county's own lists replace it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.catalogue import CatalogueError
from app.domain.labels import LABELS
from app.domain.reader import TableReader

HOUSEHOLD_CONDITIONS = ("labour", "some_labour", "weak_labour", "no_dibao", "no_tekun")
MEMBER_CONDITIONS = (
    "seriously_ill", "chronically_ill", "disabled", "student", "dropout", "uninsured",
)  # fmt: skip
_LEVELS = ("high", "medium", "low")


@dataclass(frozen=True, slots=True)
class MeasureCategory:
    """One category with its kinds. ``column``: where the statistics count it."""

    key: str
    column: str
    is_development: bool
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Suggested:
    """A measure to suggest. ``when``: of the household; ``each``: one for every such member."""

    category: str
    kind: str
    content: str = ""
    when: str = ""
    each: str = ""


@dataclass(frozen=True, slots=True)
class Preset:
    """What goes with a level of management: words of advice, and measures."""

    level: str
    advice: tuple[str, ...]
    suggest: tuple[Suggested, ...]


@dataclass(frozen=True, slots=True)
class MeasureCatalogue:
    """A dated edition of the catalogue. ``shortfalls``: code or its beginning → measures."""

    valid_from: str
    categories: tuple[MeasureCategory, ...]
    causes: Mapping[str, tuple[Suggested, ...]]
    shortfalls: Mapping[str, tuple[Suggested, ...]]
    presets: Mapping[str, Preset]
    reason_groups: Mapping[str, str]  # cause → words that may be published

    def kinds(self, category: str) -> tuple[str, ...]:
        """Return the kinds of a category."""
        return next((c.kinds for c in self.categories if c.key == category), ())

    def for_shortfall(self, code: str) -> tuple[Suggested, ...]:
        """Return what answers a code: of the most special entry that it begins with."""
        fitting = [start for start in self.shortfalls if code.startswith(start)]
        return self.shortfalls[max(fitting, key=len)] if fitting else ()


def parse_catalogue(data: Mapping[str, Any], file: str) -> MeasureCatalogue:
    """Return the catalogue of a file's tables.

    Raises:
        CatalogueError: names the file, the place and the reason.
    """
    top = TableReader(data, file, "")
    categories = tuple(map(_category, top.tables("categories", _key)))
    _require_all(file, "categories", (c.key for c in categories), LABELS["measure_category"])
    kinds = {c.key: c.kinds for c in categories}
    causes = {
        one.one_of("key", tuple(LABELS["risk_cause"])): _suggestions(one, kinds)
        for one in top.tables("causes", _key)
    }
    _require_all(file, "causes", causes, LABELS["risk_cause"])
    shortfalls: dict[str, tuple[Suggested, ...]] = {}
    for one in top.tables("shortfalls"):
        codes = one.words("codes")
        shortfalls |= dict.fromkeys(codes, _suggestions(one, kinds))
    presets = {p.level: p for p in (_preset(one, kinds) for one in top.tables("presets"))}
    groups = {
        cause: label
        for label, causes_of in map(_group, top.tables("reason_groups"))
        for cause in causes_of
    }
    _require_all(file, "reason_groups", groups, LABELS["risk_cause"])
    found = MeasureCatalogue(
        top.text("valid_from"), categories, causes, shortfalls, presets, groups
    )
    top.finish()
    return found


def _key(table: Any) -> str:
    return str(table.get("key", ""))


def _category(one: TableReader) -> MeasureCategory:
    found = MeasureCategory(
        one.one_of("key", tuple(LABELS["measure_category"])),
        one.text("column"),
        one.flag("development", default=False),
        one.words("kinds"),
    )
    one.finish()
    return found


def _preset(one: TableReader, kinds: Mapping[str, tuple[str, ...]]) -> Preset:
    return Preset(one.one_of("level", _LEVELS), one.words("advice"), _suggestions(one, kinds))


def _group(one: TableReader) -> tuple[str, tuple[str, ...]]:
    found = one.text("label"), one.words("causes")
    one.finish()
    return found


def _suggestions(one: TableReader, kinds: Mapping[str, tuple[str, ...]]) -> tuple[Suggested, ...]:
    """Return the measures of an entry, which is then used up."""
    found = tuple(_suggested(item, kinds) for item in one.tables("suggest"))
    one.finish()
    return found


def _suggested(item: TableReader, kinds: Mapping[str, tuple[str, ...]]) -> Suggested:
    category = item.one_of("category", tuple(kinds))
    found = Suggested(
        category,
        item.one_of("kind", kinds[category]),
        item.text("content", ""),
        item.one_of("when", ("", *HOUSEHOLD_CONDITIONS), ""),
        item.one_of("each", ("", *MEMBER_CONDITIONS), ""),
    )
    item.finish()
    return found


def _require_all(file: str, place: str, given: Iterable[str], wanted: Mapping[str, str]) -> None:
    known = set(given)
    missing = [label for key, label in wanted.items() if key not in known]
    if missing:
        raise CatalogueError(file, place, f"缺少{'、'.join(missing)}")
