"""The rules of a whole county, beside the raw read of the same rows.

Run it by hand: ``python -m tests.bench.bench_month [households] [--answers]``. Invented people in
an encrypted database; with ``--answers`` each household also has the month's sheet, answered. The
bound is what nothing can avoid: reading the same rows from the same kind of database.
"""

import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from app.demo import people
from app.demo.people import Home, Person
from app.domain import form, rules
from app.domain.household import Facts
from app.domain.labels import key
from app.domain.period import Period
from app.models import guard
from app.models.base import natural_id
from app.models.facts import member_of
from app.models.form import Answer, Sheet
from app.models.household import AnnualIncome, Household, Member, MonitoredCase
from app.models.store import Store
from app.ops import catalogue, sheet_context
from app.ops.sheet_context import month_of
from tests.conftest import COUNTY, make_store

OCTOBER = Period(2025, 10)
TODAY = date(2025, 10, 20)
VILLAGES = 140
_PORTION = 2000
_AMOUNTS = ("IN-01", "IN-02", "IN-03", "IN-04", "IN-06", "IN-07")
TABLES = (Household, Member, AnnualIncome, MonitoredCase, Sheet, Answer)
Rows = dict[type[Any], list[dict[str, Any]]]


def build(folder: Path, households: int, with_answers: bool) -> Store:
    """Return a county's store full of invented people; the rows go in without a journal."""
    store = make_store(folder, "county", COUNTY, "云屏县")
    homes = people.village(households, seed=7)
    for start in range(0, households, _PORTION):
        rows: Rows = {table: [] for table in TABLES}
        for number, home in enumerate(homes[start : start + _PORTION], start):
            _add(rows, home, number, with_answers)
        with store.absorb() as session, guard.lifted(session.connection()):
            for table, values in rows.items():
                if values:
                    session.connection().execute(insert(table), values)
    return store


def _add(rows: Rows, home: Home, number: int, with_answers: bool) -> None:
    scope = f"539901{101 + number % VILLAGES // 13}{201 + number % 13}"
    household_id = natural_id("bench", str(number))
    common = {"scope": scope, "household_id": household_id}
    kind = key("household_kind", home.kind)
    rows[Household].append(
        {
            "id": household_id, "scope": scope, "household_no": home.number,
            "hamlet_group": home.group, "position": number, "household_kind": kind,
            "house_rating": home.house, "registered_size": len(home.people), "phone": home.phone,
        }
    )  # fmt: skip
    members = [_member(person, n, common) for n, person in enumerate(home.people, 1)]
    rows[Member] += members
    income_id = natural_id("annual", household_id, "2025")
    amount = Decimal(home.per_capita)
    rows[AnnualIncome].append(
        {**common, "id": income_id, "year": 2025, "annual_per_capita": amount}
    )
    if home.object_type:
        rows[MonitoredCase].append(
            {
                **common, "id": natural_id("case", household_id),
                "object_type": key("object_type", home.object_type),
                "identified_on": home.identified, "causes": key("risk_cause", home.cause),
            }
        )  # fmt: skip
    if with_answers:
        _add_sheet(rows, rows[Household][-1], members, common)


def _member(person: Person, number: int, common: dict[str, Any]) -> dict[str, Any]:
    return {
        **common,
        "id": natural_id("person", common["household_id"], str(number)),
        "number": number,
        "name": person.name,
        "relation": person.relation,
        "sex": key("sex", person.sex),
        "birth_date": person.birth.isoformat(),
        "id_no": person.id_no,
        "ethnicity": person.ethnicity,
        "education": person.education,
        "school_status": person.school_status,
        "health": key("health", person.health),
        "labor_skill": key("labor_skill", person.labor_skill),
        "employment": key("employment", person.employment),
        "monthly_wage": None if person.monthly_wage is None else Decimal(person.monthly_wage),
        "medical_insurance": "resident",
        "has_pension_insurance": bool(person.education),
        "has_dibao": person.has_dibao,
    }


def _add_sheet(
    rows: Rows, household: dict[str, Any], members: list[dict[str, Any]], common: dict[str, Any]
) -> None:
    sheet_id = natural_id("sheet", household["id"], str(OCTOBER))
    definition, policy = catalogue.form_for(OCTOBER), catalogue.policy_for(OCTOBER)
    rows[Sheet].append(
        {**common, "id": sheet_id, "period": str(OCTOBER), "form_version": definition.version}
    )
    facts = Facts(
        OCTOBER, TODAY, household_kind=household["household_kind"],
        house_rating=household["house_rating"],
        members=tuple(member_of(Member(**_with_defaults(m))) for m in members),
    )  # fmt: skip
    for code, member_id in form.asked_questions(definition, facts, policy):
        question = definition.question(code)
        value = Decimal(0) if code in _AMOUNTS else question.default
        value = "onsite" if code == "BF-03" else value
        if value is not None:
            text = form.to_text(question, value)
            rows[Answer].append(
                {
                    "id": natural_id("answer", sheet_id, code, member_id),
                    "scope": common["scope"], "sheet_id": sheet_id, "question": code,
                    "member_id": member_id, "value": text,
                }
            )  # fmt: skip


def _with_defaults(values: dict[str, Any]) -> dict[str, Any]:
    empty = {"has_tekun": False, "is_boarding": False, "member_status": "present", "phone": ""}
    words = {"disability_cert_no": "", "no_school_reason": ""}
    return {**empty, **words, **values}


def raw_read(store: Store) -> int:
    """Read every row of the same tables, as they are stored."""
    connection = store.raw()
    try:
        return sum(
            len(connection.execute(f"SELECT * FROM {table.__tablename__}").fetchall())  # noqa: S608
            for table in TABLES
        )
    finally:
        connection.close()


def load(store: Store) -> list[sheet_context.SheetContext]:
    """Load every household as the form and the batch do."""
    with store.read() as session:
        return sheet_context.load(session, month_of(OCTOBER, TODAY), None)


def judge(contexts: Iterable[sheet_context.SheetContext]) -> Counter[str]:
    """Run every rule over every household."""
    found: Counter[str] = Counter()
    for context in contexts:
        findings = rules.evaluate(context.facts, context.form, context.policy)
        found.update(finding.code for finding in findings)
    return found


def timed(run: Callable[[], Any]) -> tuple[float, Any]:
    """Return seconds of the processor and result: other people's work does not count."""
    start = time.process_time()
    result = run()
    return time.process_time() - start, result


def main(households: int, with_answers: bool) -> None:
    """Print the figures; asserts nothing."""
    with tempfile.TemporaryDirectory() as folder:
        store = build(Path(folder) / "county", households, with_answers)
        raw_read(store)  # the file is in the system's cache for both
        bound, rows = timed(lambda: raw_read(store))
        loading, contexts = timed(lambda: load(store))
        judging, found = timed(lambda: judge(contexts))
        store.close()
    whole = loading + judging
    sys.stdout.write(
        f"{households} households, {rows} rows, {sum(found.values())} findings; "
        f"load {loading:.2f} s + rules {judging:.2f} s = {whole:.2f} s; "
        f"raw read {bound:.2f} s, ratio {whole / bound:.1f}\n"
    )


if __name__ == "__main__":
    sizes = [int(word) for word in sys.argv[1:] if word.isdigit()]
    main(sizes[0] if sizes else 39_675, "--answers" in sys.argv)
