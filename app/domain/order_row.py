"""What a department filled into a row of a 交办单, read and judged cell by cell."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from app.domain.plan_catalogue import MeasureCatalogue
from app.domain.roster_values import is_blank, plain, read_day

MEASURE, PERSON, DONE, RESULT = "措施", "责任人", "完成日", "结果"


class OrderCellError(ValueError):
    """A cell that cannot be: ``heading`` is its column, the text a Chinese sentence."""

    def __init__(self, heading: str, reason_code: str, text: str) -> None:
        super().__init__(text)
        self.heading = heading
        self.reason_code = reason_code


@dataclass(frozen=True, slots=True)
class OrderEntry:
    """A row: ``measure`` as written, "" for none; ``done_on`` None while it is not done."""

    measure: str
    person: str
    done_on: date | None = None
    result: str = ""


@dataclass(frozen=True, slots=True)
class KnownMeasure:
    """A measure that the catalogue knows."""

    category: str
    kind: str
    content: str = ""


def read_entry(cells: Mapping[str, object], today: date) -> OrderEntry:
    """Return a row as it was filled in.

    Raises:
        OrderCellError: a cell cannot be read, or one is missing beside another.
    """
    texts = {heading: "" if is_blank(raw) else plain(raw) for heading, raw in cells.items()}
    done = _day(cells.get(DONE), texts.get(DONE, ""), today)
    if done is not None and not texts[RESULT]:
        raise OrderCellError(RESULT, "missing", "写了完成日，还要写结果。")
    if done is None and texts[RESULT]:
        raise OrderCellError(DONE, "missing", "写了结果，还要写完成日。")
    if not texts[MEASURE]:
        raise OrderCellError(MEASURE, "missing", "没有写措施。")
    if not texts[PERSON]:
        raise OrderCellError(PERSON, "missing", "没有写责任人。")
    return OrderEntry(texts[MEASURE], texts[PERSON], done, texts[RESULT])


def _day(raw: object, text: str, today: date) -> date | None:
    if not text:
        return None
    found = read_day(raw).value
    if not isinstance(found, str) or len(found) != len("2025-10-31"):
        raise OrderCellError(DONE, "value", f"“{text}”不是日期，请写成 2025-10-31。")
    day = date.fromisoformat(found)
    if day > today:
        raise OrderCellError(DONE, "value", f"完成日{found}晚于今天，还没有完成的请先空着。")
    return day


def known_measure(text: str, catalogue: MeasureCatalogue) -> KnownMeasure:
    """Return the measure that a text names: ``种类：内容``, or words with a kind in them.

    Raises:
        OrderCellError: no kind of the catalogue stands in it.
    """
    kinds = [(kind, one.key) for one in catalogue.categories for kind in one.kinds]
    before, _, after = text.partition(":")
    for kind, category in kinds:
        if plain(kind) == before.strip():
            return KnownMeasure(category, kind, after.strip())
    within = [(kind, category) for kind, category in kinds if plain(kind) in text]
    if not within:
        raise OrderCellError(
            MEASURE,
            "value",
            f"“{text}”里没有认识的措施种类，请写成“种类：内容”，如“管网维修：换主管”。",
        )
    kind, category = max(within, key=lambda found: len(found[0]))
    return KnownMeasure(category, kind, text)
