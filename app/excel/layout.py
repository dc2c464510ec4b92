"""Where a sheet's heading stands and which column feeds which field: found by content."""

import hashlib
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache

from app.domain.roster import MEMBER_FIELDS
from app.domain.roster_values import is_blank
from app.excel.headings import PART, UNFILLED, VALUES, WEAK, HeadingList, TableKind, heading_text
from app.excel.judge import ColumnJudge
from app.excel.reader import RawSheet

SEARCH_ROWS = 40
MIN_FIELDS = 4
FEWEST_FIELDS = 2  # of a table that is all there is: 姓名, 证件号码
_ANCHORS = frozenset(("id_no", "relation", "household_no"))  # one beside 姓名, where fields are few
_OF_HOUSEHOLDS = frozenset(("household_no", "head_name"))  # at least; there is no 姓名
_OF_MEMBERS = frozenset(MEMBER_FIELDS) - {"relation"}
_SAMPLE = 200
ACROSS = "members_across"  # the field, so to speak, of a table with several people in a row

Match = Callable[[str], tuple[str, int]]  # folded heading → field, score


@dataclass(frozen=True, slots=True)
class Column:
    """One column: ``field`` is "" for a column that feeds nothing."""

    index: int
    heading: str
    field: str
    score: int

    @property
    def letter(self) -> str:
        """Return the column's name in a spreadsheet."""
        return column_letter(self.index)


@dataclass(frozen=True, slots=True)
class Layout:
    """A sheet's heading rows (0-based), kind and columns."""

    header: tuple[int, ...]
    kind: TableKind
    columns: tuple[Column, ...]

    @property
    def first_data(self) -> int:
        """Return the index of the first row below the heading."""
        return self.header[-1] + 1

    def of(self, field: str) -> list[int]:
        """Return the indexes of the columns that feed a field."""
        return [column.index for column in self.columns if column.field == field]


def column_letter(index: int) -> str:
    """Return the spreadsheet name of a 0-based column."""
    text = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        text = chr(65 + rest) + text
    return text


def fingerprint(headings: Iterable[str]) -> str:
    """Return what a source is known again by: its headings, however they are spaced."""
    text = "\x1f".join(filter(None, map(heading_text, headings)))
    return hashlib.sha256(text.encode()).hexdigest()


def remembered(
    sheet: RawSheet, mappings: Mapping[str, Mapping[str, str]]
) -> Mapping[str, str] | None:
    """Return the corrected mapping of a sheet that has been seen before, None if there is none."""
    if not mappings:
        return None
    for rows in _candidates(sheet):
        found = mappings.get(fingerprint(_texts(sheet, rows)))
        if found is not None:
            return found
    return None


def find_layout(
    sheet: RawSheet, headings: HeadingList, judge: ColumnJudge, fewest: int = MIN_FIELDS
) -> Layout | None:
    """Return where the heading stands and what its columns mean; None if there is none.

    ``judge`` decides by the values where a heading is unknown or only partly known. ``fewest``:
    fields that make a heading.
    """
    best = _best_rows(sheet, headings, WEAK, fewest) or _best_rows(sheet, headings, PART, fewest)
    if not best:
        return _other_table(sheet, headings)
    if len(best) == 1 and best[0] > 0 and _is_group_row(sheet, best[0] - 1, headings):
        best = (best[0] - 1, best[0])
    texts = _texts(sheet, best)
    told = (
        {} if "relation" in _fields(texts, headings.match, PART) else _told(sheet, best, headings)
    )
    kind = _kind(texts, headings, frozenset(told.values()))
    if kind.ignored:
        headings = headings.with_overrides(dict.fromkeys(kind.ignored, ""))
    columns = _columns(sheet, best, headings, judge)
    return Layout(best, kind, tuple(_named(column, told) for column in columns))


def _told(sheet: RawSheet, rows: tuple[int, ...], headings: HeadingList) -> dict[int, str]:
    """Return what the values say of columns whose headings say nothing of a list from above."""
    texts = _texts(sheet, rows)
    fields = [headings.match(heading_text(text))[0] for text in texts]
    guesses = {
        index: ColumnJudge.guess_of_list(_sample(sheet, rows[-1] + 1, index))
        for index, field in enumerate(fields)
        if not field
    }
    free = set(guesses.values()) - {"", *fields}
    return {
        next(i for i, guess in guesses.items() if guess == field): field for field in sorted(free)
    }


def _named(column: Column, told: Mapping[int, str]) -> Column:
    if column.field or column.index not in told:
        return column
    return replace(column, field=told[column.index], score=VALUES)


def _candidates(sheet: RawSheet) -> Iterator[tuple[int, ...]]:
    """Yield single rows, then pairs and triples: more rows must earn their place by a score."""
    count = min(len(sheet.rows), SEARCH_ROWS)
    for size in (1, 2, 3):
        for top in range(count - size + 1):
            yield tuple(range(top, top + size))


def _texts(sheet: RawSheet, rows: tuple[int, ...]) -> list[str]:
    """Return each column's heading as written: the lowest cell that says something."""
    width = max(len(sheet.rows[row]) for row in rows)
    texts = [""] * width
    for row in rows:
        for index, cell in enumerate(sheet.rows[row]):
            if isinstance(cell, str) and not is_blank(cell):
                texts[index] = cell
    return texts


def _best_rows(sheet: RawSheet, headings: HeadingList, least: int, fewest: int) -> tuple[int, ...]:
    """Return the rows of the heading, of which fields count from a score on; () if none is one.

    Only where the other headings are doubtful too may 姓名 be missing: a list of households.
    """
    match = cache(headings.match)  # the same words stand in many of these rows
    best: tuple[int, ...] = ()
    best_rank = (0, 0)
    for rows in _candidates(sheet):
        score = _score(_texts(sheet, rows), match, least, fewest)
        rank = (score, -rows[-1])  # it may come again below
        if score and rank > best_rank:
            best, best_rank = rows, rank
    return best


def _fields(texts: list[str], match: Match, least: int) -> set[str]:
    """Return the fields that are meant with this score at least."""
    matches = (match(heading_text(text)) for text in texts)
    return {field for field, score in matches if score >= least}


def _score(texts: list[str], match: Match, least: int, fewest: int) -> int:
    """Count the fields; 0 if this cannot be a heading of people or households."""
    fields = _fields(texts, match, least)
    is_one = "name" in fields or (least < WEAK and fields >= _OF_HOUSEHOLDS)
    if len(fields) < MIN_FIELDS:
        is_one = bool(fields & _ANCHORS) and "name" in fields
        is_one = is_one and len(fields) * 2 >= sum(map(bool, texts))
    return len(fields) if is_one and len(fields) >= fewest else 0


def _other_table(sheet: RawSheet, headings: HeadingList) -> Layout | None:
    """Return the layout of a table that is known by its marks alone and names nobody."""
    for row in range(min(len(sheet.rows), SEARCH_ROWS)):
        texts = {heading_text(text) for text in _texts(sheet, (row,))}
        for kind in headings.kinds:
            if len(kind.marks) > 1 and not kind.is_roster and texts.issuperset(kind.marks):
                return Layout((row,), kind, ())
    return None


def _is_group_row(sheet: RawSheet, row: int, headings: HeadingList) -> bool:
    """Tell whether a row above the heading groups its columns (家庭基本情况 | 成员信息 …)."""
    texts = [heading_text(cell) for cell in sheet.rows[row] if isinstance(cell, str)]
    texts = [text for text in texts if text]
    if len(texts) < 2:
        return False
    known = sum(text in headings.groups or headings.match(text)[1] >= WEAK for text in texts)
    spans = sum(1 for a, b, c, d in sheet.merges if a == c == row and d > b)
    return known * 2 >= len(texts) or (spans >= 3 and not any("：" in t or ":" in t for t in texts))


def _kind(texts: list[str], headings: HeadingList, told: frozenset[str]) -> TableKind:
    """Return the kind of table; ``told``: fields that the values tell of."""
    shown = {heading_text(text) for text in texts}
    sure, likely = _fields(texts, headings.match, WEAK), _fields(texts, headings.match, PART) | told
    if _goes_across(texts, headings):
        sure, likely = sure | {ACROSS}, likely | {ACROSS}
    return next(kind for kind in headings.kinds if kind.fits(shown, sure, likely))


def _goes_across(texts: list[str], headings: HeadingList) -> bool:
    """Tell whether several people stand in one row."""
    fields = [headings.match(heading_text(text))[0] for text in texts]
    return fields.count("name") > 1 and fields.count("relation") > 1


def _columns(
    sheet: RawSheet,
    rows: tuple[int, ...],
    headings: HeadingList,
    judge: ColumnJudge,
) -> tuple[Column, ...]:
    """Give each field its best column; several columns only for the list of causes."""
    texts = _texts(sheet, rows)
    groups = _group_titles(sheet, rows, len(texts))
    found: list[tuple[str, int]] = []
    for index, text in enumerate(texts):
        field, score = _match(heading_text(text), groups[index], headings)
        if score == PART:
            cells = _sample(sheet, rows[-1] + 1, index)
            score = UNFILLED if not cells else PART if judge.fits(field, cells) else 0
            field = field if score else ""
        found.append((field, score))
    _leave_head_out(found)
    best: dict[str, int] = {}
    for index, (field, score) in enumerate(found):
        if field and (field not in best or score > found[best[field]][1]):
            best[field] = index
    _guess_by_values(sheet, rows[-1] + 1, headings, judge, found, best)
    return tuple(_column(index, texts[index], found[index], best) for index in range(len(texts)))


def _match(heading: str, group: str, headings: HeadingList) -> tuple[str, int]:
    """Return (field, score) of a heading below the title of its group."""
    if "户主" in group and "成员" not in group and headings.match(heading)[0] in _OF_MEMBERS:
        return headings.match(f"户主{heading}")
    field, score = headings.match(heading)
    if score < WEAK and group:
        return max((field, score), headings.match(group + heading), key=lambda match: match[1])
    return field, score


def _leave_head_out(found: list[tuple[str, int]]) -> None:
    """Give up columns left of 姓名 that stand right of it as well: they are about the head."""
    name = next((index for index, (field, _) in enumerate(found) if field == "name"), 0)
    for index, (field, score) in enumerate(found[:name]):
        if field in _OF_MEMBERS and any(f == field and s >= score for f, s in found[name:]):
            found[index] = ("", 0)


def _column(index: int, text: str, found: tuple[str, int], best: dict[str, int]) -> Column:
    field, score = found
    is_best = best.get(field) == index
    if field == "main_cause" and is_best and "causes" in best:
        field = "causes"  # with 风险2, 3 … beside it: the first of the list
    elif field != "causes" and not is_best:
        field, score = "", 0
    return Column(index, text, field, score if field else 0)


def _group_titles(sheet: RawSheet, rows: tuple[int, ...], width: int) -> list[str]:
    """Return the group title above each column, spread over its merged cells."""
    titles = [""] * width
    if len(rows) == 1:
        return titles
    top = sheet.rows[rows[0]]
    for index in range(min(width, len(top))):
        titles[index] = heading_text(top[index])
    for first_row, first, last_row, last in sheet.merges:
        if first_row == last_row == rows[0]:
            for index in range(first + 1, min(last + 1, width)):
                titles[index] = titles[first]
    return titles


def _guess_by_values(
    sheet: RawSheet,
    first: int,
    headings: HeadingList,
    judge: ColumnJudge,
    found: list[tuple[str, int]],
    best: dict[str, int],
) -> None:
    """Give columns of unknown heading the field that their values alone can be, if still free."""
    texts = _texts(sheet, (first - 1,))
    for index, (field, _) in enumerate(found):
        if field or headings.is_ignored(heading_text(texts[index])):
            continue
        guess = judge.guess(_sample(sheet, first, index))
        if guess and guess not in best:
            found[index] = (guess, VALUES)
            best[guess] = index


def _sample(sheet: RawSheet, first: int, index: int) -> list[object]:
    """Return the first values of a column that say anything; headings may come again."""
    rows = itertools.islice(sheet.rows, first - 1, None)
    cells = (row[index] for row in rows if index < len(row))
    heading = next(cells, None)
    told = (cell for cell in cells if cell != heading and not is_blank(cell))
    return list(itertools.islice(told, _SAMPLE))
