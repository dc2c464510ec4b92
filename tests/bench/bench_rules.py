"""Every rule over many households, against reading the same rows into plain tuples.

Run with ``python -m tests.bench.bench_rules [households]``; prints, asserts nothing. The bound is
an unencrypted SQLite file of households, members and answers, read whole and thrown away.
"""

import sqlite3
import sys
import tempfile
import time
from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from app.domain.answers import to_text
from app.domain.household import Facts, Member
from app.domain.rules import evaluate
from app.ops.cases import evaluate_file
from tests.domain.build import FORM, POLICY, facts

CASES = Path(__file__).parents[1] / "data" / "cases.yaml"


def households(count: int) -> list[Facts]:
    """Return the worked households again and again, each with its own number."""
    worked = [result.case.facts for result in evaluate_file(CASES)]
    return [replace(worked[n % len(worked)], household_no=str(n)) for n in range(count)]


def store(path: Path, found: list[Facts]) -> int:
    """Write the rows that the facts stand for; return how many."""
    columns = [f.name for f in fields(Member)]
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE household (no, kind, house, land, size)")
        db.execute(f"CREATE TABLE member (household, {', '.join(columns)})")
        db.execute("CREATE TABLE answer (household, question, member, value)")
        for one in found:
            row = (one.household_no, one.household_kind, one.house_rating, str(one.farmland_mu), 0)
            db.execute("INSERT INTO household VALUES (?, ?, ?, ?, ?)", row)
            for member in one.members:
                values = [str(getattr(member, column)) for column in columns]
                marks = ", ".join("?" * (len(values) + 1))
                db.execute(f"INSERT INTO member VALUES ({marks})", (one.household_no, *values))  # noqa: S608
            answers = [
                (one.household_no, code, member_id, to_text(FORM.question(code), value))
                for (code, member_id), value in one.answers.items()
                if code != "EV-03"
            ]
            db.executemany("INSERT INTO answer VALUES (?, ?, ?, ?)", answers)
        return int(sum(db.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in  # noqa: S608
                       ("household", "member", "answer")))  # fmt: skip


def read(path: Path) -> float:
    """Return the seconds that reading every row into tuples takes."""
    start = time.perf_counter()
    with sqlite3.connect(path) as db:
        for table in ("household", "member", "answer"):
            db.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608
    return time.perf_counter() - start


def judge(found: list[Facts]) -> tuple[float, int]:
    """Return the seconds of all rules on all households, and the findings."""
    start = time.perf_counter()
    count = sum(len(evaluate(one, FORM, POLICY)) for one in found)
    return time.perf_counter() - start, count


def worst(people: int) -> Facts:
    """Return a household of which nearly everything is wrong."""
    crowd = tuple(
        Member(
            id=str(n), number=n, name="赵 1", relation="之子", sex="female",
            birth_date=date(1940, 1, 1), id_no="539901198204120358", education="小学",
            school_status="小学", labor_skill="lost", employment="public_post",
            monthly_wage=Decimal(1), health=frozenset({"chronic", "disabled"}), has_tekun=True,
            medical_insurance="both", disability_cert_no="1", phone="1",
        )
        for n in range(1, people + 1)
    )  # fmt: skip
    bad = {
        (question.code, member_id): question.options[-1].key
        for question in FORM.questions
        if question.type == "choice" and question.options
        for member_id in ([""] if question.scope == "household" else [m.id for m in crowd])
    }
    return facts(*crowd, answers=bad, flags=frozenset({"car"}), farmland_mu=Decimal(999))


def main(count: int) -> None:
    """Print the figures."""
    found = households(count)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.db"
        rows = store(path, found)
        bound = min(read(path) for _ in range(3))
    seconds, findings = judge(found)
    sys.stdout.write(
        f"{count} households, {rows} rows, {findings} findings\n"
        f"rules {seconds:.3f} s ({seconds / count * 1e6:.0f} µs a household), "
        f"rows into tuples {bound:.3f} s, ratio {seconds / bound:.1f}\n"
    )
    bad = worst(9)
    one, hits = min(judge([bad]) for _ in range(20))
    sys.stdout.write(f"worst household: {hits} findings in {one * 1000:.2f} ms\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5000)
