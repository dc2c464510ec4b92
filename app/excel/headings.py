"""The lists of headings and words (``resources/columns``), and which field a heading means."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from app.domain.labels import ALIASES, LABELS
from app.domain.roster import MEMBER_FIELDS
from app.domain.roster_values import Vocabulary, folded
from app.paths import RESOURCES

DECIDED = 200  # by a person
EXACT, OUTSIDE_BRACKETS, WEAK, PART, UNFILLED, VALUES = 100, 95, 80, 60, 50, 40
# What a column feeds, where that is not the field of its own name ("" feeds nothing).
_HELPERS = (
    "row_no", "age", "note", "id_kind", "change_type", "change_reason", "change_on", "department",
    "warning_type", "township", "village", "data_on", "reply_by", "amount", "rule_code",
    "doubt_type", "answer", "warning_text", "doubt_text",
)  # fmt: skip
FEEDS = {
    **dict.fromkeys(_HELPERS, ""),
    **dict.fromkeys(("insured_resident", "insured_employee"), "medical_insurance"),
}
_BRACKETS = re.compile(r"\([^()]*\)")
_OF_HEAD = ("之", "户主之", "户主的", "户主")  # 长子, 之长子, 户主之长子
_OF_MEMBERS = frozenset(MEMBER_FIELDS) - {"relation"}
_LISTS = {  # word list of the roster -> enum of the glossary
    "sex": "sex",
    "health": "health",
    "labor_skill": "labor_skill",
    "employment": "employment",
    "medical_insurance": "medical_insurance",
    "household_kind": "household_kind",
    "object_type": "object_type",
    "house_rating": "house_rating",
    "risk_cause": "risk_cause",
}


@dataclass(frozen=True, slots=True)
class TableKind:
    """A kind of table, told by headings that only it has.

    Attributes:
        of_households: a row is a household and names nobody but its head.
        advice: what to do with a table that is no roster.
        any_of: sets of fields, of which one must be there.
    """

    kind: str
    title: str
    marks: tuple[str, ...]
    sheets: frozenset[str]
    is_roster: bool
    adds_people: bool
    quiet: frozenset[str]
    ignored: frozenset[str]
    of_households: bool = False
    advice: str = ""
    any_of: tuple[frozenset[str], ...] = ()

    def fits(self, texts: set[str], sure: set[str], likely: set[str]) -> bool:
        """Tell whether a table of these headings is of this kind.

        ``sure``, ``likely``: the fields that are meant for certain, and with those that look so.
        """
        if self.is_roster and self.of_households == ("name" in likely):
            return False
        fields = sure if "relation" in likely else likely  # a roster may look like much
        is_any = not self.any_of or any(known <= fields for known in self.any_of)
        return is_any and texts.issuperset(self.marks)


@dataclass(frozen=True, slots=True)
class Like:
    """What a heading of a field may look like, and what must not stand in it."""

    field: str
    has: re.Pattern[str]
    has_not: re.Pattern[str] | None

    def fits(self, heading: str) -> bool:
        """Tell whether a folded heading looks like this."""
        is_out = self.has_not is not None and self.has_not.search(heading) is not None
        return not is_out and self.has.search(heading) is not None


@dataclass(frozen=True, slots=True)
class HeadingList:
    """Headings → fields.

    Attributes:
        names: folded heading → (field, score).
        ignored: headings that look like a field and are not.
        ignored_parts: what stands in them.
        groups: titles above two header rows.
        likes: what a heading that stands in no list may look like, in this order.
    """

    names: Mapping[str, tuple[str, int]]
    ignored: frozenset[str]
    ignored_parts: tuple[str, ...]
    groups: frozenset[str]
    kinds: tuple[TableKind, ...]
    likes: tuple[Like, ...]

    def within(self, sheets: frozenset[str]) -> "HeadingList":
        """Return the list with the kinds that a workbook of these sheets may hold."""
        return replace(self, kinds=tuple(kind for kind in self.kinds if kind.sheets <= sheets))

    def with_overrides(self, fields: Mapping[str, str]) -> "HeadingList":
        """Return the list with a person's own decisions: heading → field, "" for none."""
        decided = {heading_text(heading): field for heading, field in fields.items()}
        names = {h: entry for h, entry in self.names.items() if h not in decided}
        names |= {heading: (field, DECIDED) for heading, field in decided.items() if field}
        ignored = (self.ignored - decided.keys()) | {h for h, f in decided.items() if not f}
        return replace(self, names=names, ignored=ignored)

    def match(self, heading: str) -> tuple[str, int]:
        """Return (field, score) of a folded heading; ("", 0) if it means none."""
        if not heading or heading in self.ignored:
            return "", 0
        found = self.names.get(heading)
        if found:
            return found
        if self.is_ignored(heading):
            return "", 0
        outside = _BRACKETS.sub("", heading)
        found = self.names.get(outside)
        if found:
            return found[0], min(found[1], OUTSIDE_BRACKETS)
        likely = self._by_likeness(outside) or self._by_likeness(heading) or self._by_part(outside)
        return ("", 0) if likely[0] in _OF_MEMBERS and _is_of_head(heading) else likely

    def _by_likeness(self, heading: str) -> tuple[str, int] | None:
        return next(((like.field, PART) for like in self.likes if like.fits(heading)), None)

    def is_ignored(self, heading: str) -> bool:
        """Tell whether a heading is known to mean no field."""
        return heading in self.ignored or any(part in heading for part in self.ignored_parts)

    def _by_part(self, heading: str) -> tuple[str, int]:
        """Match the longest known heading that this one begins or ends with."""
        for length in range(len(heading) - 1, 2, -1):
            for part in (heading[-length:], heading[:length]):
                found = self.names.get(part)
                if found and found[1] > WEAK and part not in self.ignored:
                    return found[0], PART
        return "", 0


def _is_of_head(heading: str) -> bool:
    """Tell whether a heading is about the head alone: 户主身份证号 is no member's number."""
    return "户主" in heading and "成员" not in heading


def heading_text(raw: object) -> str:
    """Return a heading for comparison: no blanks, half-width, no stars or colons at the end."""
    return folded("" if raw is None else raw).strip("*:.。、")


@cache
def heading_list() -> HeadingList:
    """Load the heading list."""
    table = _load("roster.toml")
    names: dict[str, tuple[str, int]] = {}
    for field, entry in table["fields"].items():
        for score, key in ((EXACT, "names"), (WEAK, "weak")):
            for name in entry.get(key, ()):
                names.setdefault(heading_text(name), (field, score))
    return HeadingList(
        names=names,
        ignored=frozenset(heading_text(n) for n in table["ignored"]["names"]),
        ignored_parts=tuple(folded(n) for n in table["ignored"]["parts"]),
        groups=frozenset(heading_text(n) for n in table["groups"]["names"]),
        kinds=tuple(
            TableKind(
                entry["kind"],
                entry["title"],
                tuple(heading_text(m) for m in entry["marks"]),
                frozenset(entry.get("sheets", ())),
                entry["is_roster"],
                entry.get("adds_people", True),
                frozenset(entry.get("quiet", ())),
                frozenset(heading_text(h) for h in entry.get("ignored", ())),
                entry.get("of_households", False),
                entry.get("advice", ""),
                tuple(map(frozenset, entry.get("any_of", ()))),
            )
            for entry in table["kinds"]
        ),
        likes=tuple(
            Like(
                entry["field"],
                re.compile(entry["has"]),
                re.compile(entry["not"]) if "not" in entry else None,
            )
            for entry in table["like"]["patterns"]
        ),
    )


@cache
def chapter_words() -> dict[str, list[str]]:
    """Return chapter of the checklist → words in a type of warning that mean it."""
    words: dict[str, list[str]] = _load("roster.toml")["chapters"]
    return words


@cache
def vocabulary() -> Vocabulary:
    """Load the words of the closed lists: labels of the glossary, its aliases, the county's own."""
    table = _load("values.toml")
    words = {name: _words(table[name]) for name in ("relation", "education", "departure")}
    own = words["relation"]
    words["relation"] = {f"{of}{word}": own[word] for word in own for of in _OF_HEAD} | own
    groups = {folded(word): word for word in table["ethnicity"]["words"]}
    words["ethnicity"] = _words(table["ethnicity_aliases"]) | groups
    for name, enum in _LISTS.items():
        words[name] = _labels(enum) | _words(table.get(name, {}))
    for name, codes in _load("export.toml")["codes"].items():
        words[name] = {code: word for word, code in codes.items()} | words[name]
    yes_no = table["yes_no"]
    return Vocabulary(
        words=words,
        yes=frozenset(folded(w) for w in yes_no["yes"]),
        no=frozenset(folded(w) for w in yes_no["no"]),
        empty=frozenset(folded(w) for w in table["empty"]),
    )


def _labels(enum: str) -> dict[str, str]:
    labels = LABELS[enum]
    words = {folded(label): label for label in labels.values()}
    return words | {folded(a): labels[key] for a, key in ALIASES.get(enum, {}).items()}


def _words(entries: Mapping[str, list[str]]) -> dict[str, str]:
    words = {}
    for word, aliases in entries.items():
        for text in (word, *aliases):
            words[folded(text)] = word
    words.pop("", None)
    return words


def _load(name: str) -> dict[str, Any]:
    with (RESOURCES / "columns" / name).open("rb") as file:
        return tomllib.load(file)
