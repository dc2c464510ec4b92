"""A second count of the reports: plain SQL over a plain dump, written apart from the program.

It knows the tables of the database and the definitions of the statistics, nothing of the
program's records, queries or life cycles. Lives are those that ``tests/ops/statistics_village``
writes: a case begins with its roster, warnings go straight on, measures start and may end.
"""

# ruff: noqa: S608  the queries are made of our own words

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from app.domain.statistics.report import Report
from app.models.store import Store

Figures = dict[tuple[str, str, int], Any]  # table, row label, place of the column → figure
_TYPES = ("unstable_lifted", "edge_prone", "sudden_hardship")
_CAUSES = {
    "illness": "因病", "schooling": "因学", "disability": "因残", "housing": "因安全住房",
    "natural_disaster": "因自然灾害", "accident": "因意外事故",
}  # fmt: skip
_REPORT_COLUMNS = {
    "产业": "industry", "健康": "health", "教育": "education_aid", "综合保障": "social_security",
    "社会": "social_help",
}  # fmt: skip
_KIND_ROWS = {
    "低保": "measure_kind='低保'", "教育政策": "measure_category='education_aid'",
    "产业奖补": "measure_kind='产业奖补'", "医疗保障": "measure_category='health'",
    "其他": "measure_category='social_help'",
}  # fmt: skip
_BANDS = (
    ("不足0.5线", 0, 50), ("0.5线以上不足1线", 50, 100), ("1线以上不足1.1线", 100, 110),
    ("1.1线以上不足1.5线", 110, 150), ("1.5线以上不足2线", 150, 200), ("2线以上", 200, 10**9),
)  # fmt: skip
_BASE = """
CREATE TEMP TABLE home AS SELECT * FROM household WHERE scope GLOB :area;
CREATE TEMP TABLE steps AS SELECT * FROM step WHERE scope GLOB :area ORDER BY rowid;
CREATE INDEX temp.by_subject ON steps (subject_id);
CREATE TEMP TABLE person AS SELECT m.* FROM member m JOIN home h ON h.id = m.household_id;
CREATE INDEX temp.by_home ON person (household_id);
CREATE TEMP TABLE warned AS SELECT w.*, (SELECT s.action FROM steps s WHERE s.subject_id = w.id
    AND s.step_on <= :before ORDER BY s.step_on DESC, s.rowid DESC LIMIT 1) AS was,
  (SELECT s.action FROM steps s WHERE s.subject_id = w.id AND s.step_on <= :end
    ORDER BY s.step_on DESC, s.rowid DESC LIMIT 1) AS now
  FROM warning w WHERE w.scope GLOB :area AND w.opened_on <= :end;
CREATE TEMP TABLE due AS SELECT s.*, (SELECT a.value FROM answer a WHERE a.sheet_id = s.id
    AND a.question = 'BF-03') AS way FROM sheet s WHERE s.scope GLOB :area
  AND s.period BETWEEN substr(:start, 1, 7) AND substr(:end, 1, 7);
CREATE TEMP TABLE seen AS SELECT * FROM due WHERE submitted_on IS NOT NULL
  AND way IN ('onsite', 'onsite_family', 'phone');
CREATE TEMP TABLE helped AS SELECT m.*, (SELECT min(step_on) FROM steps s WHERE s.subject_id = m.id
    AND s.action = 'start') AS started, (SELECT min(step_on) FROM steps s WHERE s.subject_id = m.id
    AND s.action = 'finish') AS done, (SELECT min(step_on) FROM steps s WHERE s.subject_id = m.id
    AND s.action = 'terminate' AND s.level = 'township') AS ended
  FROM measure m WHERE m.scope GLOB :area;
"""
_HERE = """(joined_on IS NULL OR joined_on <= {day})
  AND ((left_on IS NULL AND member_status = 'present') OR left_on > {day})"""
_STOCK = """
SELECT c.id, c.household_id,
  coalesce((SELECT json_extract(s.step_values, '$.object_type') FROM steps s
    WHERE s.subject_id = c.id AND s.action = 'change-type' AND s.step_on <= {day}
    ORDER BY s.step_on DESC, s.rowid DESC LIMIT 1), c.object_type) AS type,
  CASE WHEN c.causes GLOB '*,*' THEN substr(c.causes, 1, instr(c.causes, ',') - 1)
    ELSE c.causes END AS cause,
  coalesce((SELECT CASE s.action WHEN 'removal-approve' THEN 1 ELSE 0 END FROM steps s
    WHERE s.subject_id = c.id AND s.action IN ('removal-approve', 'roll-back-approve')
    AND s.step_on <= {day} ORDER BY s.step_on DESC, s.rowid DESC LIMIT 1),
    c.is_eliminated AND max(c.eliminated_on, c.identified_on) <= {day}) AS gone
FROM monitored_case c JOIN home h ON h.id = c.household_id
WHERE c.identified_on <= {day} AND (h.removed_on IS NULL OR h.removed_on > {day})
  AND NOT EXISTS (SELECT 1 FROM steps s WHERE s.subject_id = c.id AND s.action = 'clear-out'
    AND s.step_on <= {day})
"""


def dump(store: Store, path: Path) -> None:
    """Write the whole database into a plain one."""
    with closing(store.raw()) as connection:
        connection.execute("ATTACH ? AS plain KEY ''", (str(path),))
        connection.execute("SELECT sqlcipher_export('plain')").fetchall()
        connection.execute("DETACH plain")


@dataclass(frozen=True, slots=True)
class Asked:
    """Which report: the beginning of an area's codes, its days, the income line."""

    area: str
    start: date
    end: date
    before: date
    line: int


def recount(path: Path, asked: Asked) -> Figures:
    """Return every figure that the second count knows."""
    with closing(sqlite3.connect(path)) as connection:
        return _Count(connection, asked).all()


def differences(report: Report, counted: Mapping[tuple[str, str, int], Any]) -> list[str]:
    """Return where the program's figures are others."""
    found = []
    for (number, label, place), value in counted.items():
        shown = _shown(report, number, label, place)
        if shown != value:
            found.append(f"{number} {label} {place}: {shown} ≠ {value}")
    return found


def _shown(report: Report, number: str, label: str, place: int) -> Any:
    rows = report.table(number.rstrip("*")).rows
    if number == "T21*":  # a line of its own for each campaign
        totals = [line.cells for line in rows if line.is_total]
        return tuple(sum(int(str(cells[n].value)) for cells in totals) for n in (0, 2, 5))
    found = (line for line in rows if line.label == label or (
        number == "T12*" and line.label.startswith(f"{label} ")))  # fmt: skip
    line = next(found, None)
    return 0 if line is None else line.cells[place].value  # a row of nothing is not printed


class _Count:
    def __init__(self, connection: sqlite3.Connection, asked: Asked) -> None:
        self.connection, self.asked = connection, asked
        self.values = {
            "area": f"{asked.area}*",
            "start": asked.start.isoformat(),
            "end": asked.end.isoformat(),
            "before": asked.before.isoformat(),
        }
        self.found: Figures = {}
        for statement in _BASE.split(";"):
            if statement.strip():
                connection.execute(statement, self.values)
        for name, day in (("stock", ":end"), ("opening", ":before")):
            connection.execute(f"CREATE TEMP TABLE {name} AS {_STOCK.format(day=day)}", self.values)
            connection.execute(f"CREATE INDEX temp.{name}_home ON {name} (household_id)")
        for name, day in (("here", ":end"), ("was_here", ":before")):
            people = f"SELECT household_id, id FROM person WHERE {_HERE.format(day=day)}"
            connection.execute(f"CREATE TEMP TABLE {name} AS {people}", self.values)
            connection.execute(f"CREATE INDEX temp.{name}_home ON {name} (household_id)")

    def one(self, query: str) -> Any:
        return self.connection.execute(query, self.values).fetchone()[0] or 0

    def rows(self, query: str) -> list[Any]:
        return self.connection.execute(query, self.values).fetchall()

    def put(self, number: str, label: str, values: Sequence[Any], first: int = 0) -> None:
        for place, value in enumerate(values, first):
            self.found[number, label, place] = value

    def pair(self, table: str, where: str = "1", people: str = "here") -> tuple[int, int]:
        homes = self.one(f"SELECT count(DISTINCT household_id) FROM {table} t WHERE {where}")
        inside = f"SELECT household_id FROM {table} t WHERE {where}"
        return homes, self.one(f"SELECT count(*) FROM {people} WHERE household_id IN ({inside})")

    def all(self) -> Figures:
        self.stock()
        self.dynamics()
        self.measures()
        self.visits()
        self.warnings()
        self.registers()
        self.roster()
        return self.found

    def stock(self) -> None:
        whole, gone = self.pair("stock"), self.pair("stock", "gone")
        living = self.pair("stock", "NOT gone")
        for label, pair in (("合计", whole), ("已消除", gone), ("未消除", living)):
            self.put("T2", label, (*pair, _share(pair[0], whole[0])))
        for key, label in _CAUSES.items():
            pair = self.pair("stock", f"cause = '{key}'")
            self.put("T3", label, (*pair, _share(pair[0], whole[0])))
            cells: list[int] = []
            for kind in _TYPES:
                cells += self.pair("stock", f"cause = '{key}' AND type = '{kind}'")
            self.put("T4", label, (*cells, *pair))
            measures = self._active(f"t.cause = '{key}'")
            self.put("T7", label, (pair[0], measures[0]))
        for kind, label in zip(
            _TYPES, ("脱贫不稳定户", "边缘易致贫户", "突发严重困难户"), strict=True
        ):
            pair = self.pair("stock", f"type = '{kind}'")
            states = [self.pair("stock", f"type = '{kind}' AND {s}") for s in ("NOT gone", "gone")]
            self.put("T5", label, (*pair, _share(pair[0], whole[0]), *states[0], *states[1]))

    def dynamics(self) -> None:
        self.put("T1", "年初存量", self.pair("opening", people="was_here"))
        self.put("T1", "年末存量", self.pair("stock"))
        for label, action in (
            ("风险消除", "removal-approve"), ("风险消除回退", "roll-back-approve"),
            ("识别不精准清退", "clear-out"),
        ):  # fmt: skip
            events = f"""SELECT c.household_id, s.step_on AS day, s.step_values AS more
                FROM steps s JOIN monitored_case c ON c.id = s.subject_id
                JOIN home h ON h.id = c.household_id WHERE s.action = '{action}'
                AND s.step_on BETWEEN :start AND :end
                AND (h.removed_on IS NULL OR h.removed_on >= s.step_on)"""
            self.put("T1", label, self._events(events))
            if action == "clear-out":
                self._reasons(events)
        entered = """SELECT c.household_id, c.identified_on AS day FROM monitored_case c
            JOIN home h ON h.id = c.household_id WHERE c.identified_on BETWEEN :start AND :end
            AND (h.removed_on IS NULL OR h.removed_on >= c.identified_on)"""
        self.put("T1", "新识别", self._events(entered))

    def _events(self, events: str) -> tuple[int, int]:
        here = _HERE.format(day="e.day")
        people = f"""SELECT count(*) FROM ({events}) e
            JOIN person p ON p.household_id = e.household_id WHERE {here}"""
        return self.one(f"SELECT count(*) FROM ({events})"), self.one(people)

    def _reasons(self, events: str) -> None:
        total = self.one(f"SELECT count(*) FROM ({events})")
        reason = "json_extract(more, '$.reason')"
        for (label,) in self.rows(f"SELECT DISTINCT {reason} FROM ({events})"):
            own = f"SELECT * FROM ({events}) WHERE {reason} = '{label}'"
            count, people = self._events(own)
            self.put("T9", label, (count, people, _share(count, total)))

    def _active(self, where: str = "1") -> tuple[int, int]:
        active = f"""FROM helped m JOIN stock t ON t.household_id = m.household_id
            WHERE m.started <= :end AND (m.ended IS NULL OR m.ended > :start
              OR m.started >= :start) AND {where}"""
        return (
            self.one(f"SELECT count(*) {active}"),
            self.one(f"SELECT count(DISTINCT m.household_id) {active}"),
        )

    def measures(self) -> None:
        self.put("T6", "合计", self._active())
        for label, where in _KIND_ROWS.items():
            self.put("T6", label, self._active(where))
            for place, kind in enumerate(_TYPES, 1):
                self.put("T6", label, self._active(f"{where} AND t.type = '{kind}'"), place * 2)
        whole = self.one("SELECT count(*) FROM stock")
        covered = """SELECT count(DISTINCT m.household_id) FROM helped m JOIN stock t
            ON t.household_id = m.household_id WHERE m.started <= :end
            AND (m.ended IS NULL OR m.ended > :end)"""
        for label, category in _REPORT_COLUMNS.items():
            count = self.one(f"{covered} AND m.measure_category = '{category}'")
            self.put("T8", label, (count, _share(count, whole)))
        anything = self.one(covered)
        self.put("T8", "无任何措施", (whole - anything, _share(whole - anything, whole)))
        money: dict[str, list[Any]] = {}
        for kind, home, amount, active in self.rows("""SELECT measure_kind, household_id, amount,
                started <= :end AND (ended IS NULL OR ended > :start OR started >= :start)
                AND (done IS NULL OR done >= :start)
                FROM helped WHERE measure_category = 'social_help'"""):
            if active:
                money.setdefault(kind, []).append((home, Decimal(amount)))
        for kind, found in money.items():
            total = sum((amount for _, amount in found), Decimal(0))
            self.put("T25", kind, (len(found), total, len({home for home, _ in found})))

    def visits(self) -> None:
        names = dict(self.rows("SELECT area_code, name FROM area WHERE area_code GLOB :area"))
        for code, name in [*names.items(), ("", "合计")]:
            own = f"scope = '{code}'" if code else "1"
            due, seen = (
                self.one(f"SELECT count(*) FROM {table} WHERE {own}") for table in ("due", "seen")
            )
            spot = self.one(f"SELECT count(*) FROM seen WHERE {own} AND way LIKE 'onsite%'")
            self.put("T11", name, (due, seen, _share(seen, due), spot, seen - spot))
            refused = self.one(f"""SELECT count(*) FROM due WHERE {own}
                AND unvisited_reason = '拒访' AND id NOT IN (SELECT id FROM seen)""")
            self.put("T11", name, (refused,), 6)
            helped = self.one(f"""SELECT count(*) FROM due d WHERE {own} AND EXISTS (
                SELECT 1 FROM visit v WHERE v.household_id = d.household_id AND v.is_helper
                AND v.visit_way LIKE 'onsite%' AND substr(v.visited_on, 1, 7) = d.period
                AND v.visited_on <= :end)""")
            self.put("T11", name, (helped, _share(helped, due)), 10)
        standing = "(removed_on IS NULL OR removed_on > :end)"
        for key, label in (("general", "一般监测户"), ("key", "重点监测户")):
            own = f"(SELECT id FROM home WHERE management_class = '{key}' AND {standing})"
            homes = self.one(f"SELECT count(*) FROM {own}")
            people = self.one(f"SELECT count(*) FROM here WHERE household_id IN {own}")
            due, seen = (
                self.one(f"SELECT count(*) FROM {table} WHERE household_id IN {own}")
                for table in ("due", "seen")
            )
            self.put("T10", label, (homes, people, due, seen, _share(seen, due)))
        codes = """(SELECT d.household_id, j.value AS code FROM due d,
            json_each('["' || replace(d.shortfall_codes, ',', '","') || '"]') j)"""
        for (code,) in self.rows(f"SELECT DISTINCT code FROM {codes} WHERE code <> ''"):
            homes = self.one(
                f"SELECT count(DISTINCT household_id) FROM {codes} WHERE code='{code}'"
            )
            self.found["T12*", code, 0] = homes

    def warnings(self) -> None:
        ended = "('close', 'false-alarm')"
        names = dict(self.rows("SELECT area_code, name FROM area WHERE area_code GLOB :area"))
        for code, name in [*names.items(), ("", "合计")]:
            own = f"scope = '{code}'" if code else "1"
            counts = [
                self.one(f"SELECT count(*) FROM warned WHERE {own} AND {where}")
                for where in (
                    f"opened_on <= :before AND coalesce(was, '') NOT IN {ended}",
                    "opened_on >= :start",
                    """EXISTS (SELECT 1 FROM steps s WHERE s.subject_id = warned.id
                       AND s.action = 'confirm' AND s.step_on BETWEEN :start AND :end)""",
                    f"now = 'false-alarm' AND coalesce(was, '') NOT IN {ended}",
                )
            ]
            closed = self.one(f"""SELECT count(*) FROM warned WHERE {own} AND now = 'close'
                AND coalesce(was, '') NOT IN {ended}""")
            still = self.one(f"SELECT count(*) FROM warned WHERE {own}"
                             f" AND coalesce(now, '') NOT IN {ended}")  # fmt: skip
            self.put("T14", name, (*counts, 0, 0, closed, still))
        for label, first, last in (
            ("及时预警", "", "confirm"), ("及时帮扶", "determine", "start"),
            ("及时消除", "start", "close"), ("全程", "", "close"),
        ):  # fmt: skip
            begun = f"""(SELECT s.step_on FROM steps s WHERE s.subject_id = w.id
                AND s.action = '{first}')""" if first else "w.opened_on"  # fmt: skip
            days = [
                row[0]
                for row in self.rows(f"""SELECT julianday(e.step_on) - julianday({begun})
                    FROM warned w JOIN steps e ON e.subject_id = w.id AND e.action = '{last}'
                    WHERE e.step_on BETWEEN :start AND :end""")
            ]
            mean = _half_up(Decimal(int(sum(days))) / len(days)) if days else None
            longest = int(max(days)) if days else None
            self.put("T15", label, (len(days), mean))
            self.put("T15", label, (longest,), 3)
        still = f"SELECT count(*) FROM warned WHERE coalesce(now, '') NOT IN {ended}"
        self.put("T15", "动态清零：期末未销", (self.one(still),))
        took = """SELECT count(*) FROM warned w JOIN steps s ON s.subject_id = w.id
            WHERE s.action = '{}' AND s.step_on BETWEEN :start AND :end"""
        running = self.one("SELECT count(*) FROM warned WHERE now = 'start'")
        given, done, gone = (self.one(took.format(a)) for a in ("assign", "done", "close"))
        self.put("T16", "合计", (given, running, done, gone))

    def registers(self) -> None:
        decided = """SELECT c.household_id FROM natural_change c JOIN steps s ON s.subject_id = c.id
            WHERE s.action = 'decide' AND s.step_on BETWEEN :start AND :end"""
        count = self.one(f"SELECT count(*) FROM ({decided})")
        homes = self.one(f"SELECT count(DISTINCT household_id) FROM ({decided})")
        if count:
            self.put("T19", "自然减少·死亡", (count, count, homes))
        for key, label in (("petition", "信访"), ("cadre", "干部排查")):
            clue = f"FROM clue c WHERE c.scope GLOB :area AND c.clue_source = '{key}'"
            step = "EXISTS (SELECT 1 FROM steps s WHERE s.subject_id = c.id AND s.action = '{}'"
            within = f"{step} AND s.step_on BETWEEN :start AND :end)"
            done = f"{step.format('exclude')} AND s.step_on <= :end)"
            self.put("T20", label, (
                self.one(f"SELECT count(*) {clue} AND c.received_on BETWEEN :start AND :end"),
                self.one(f"SELECT count(*) {clue} AND {within.format('verify')}"),
                0,
                self.one(f"SELECT count(*) {clue} AND {within.format('exclude')}"),
                self.one(f"SELECT count(*) {clue} AND c.reply_due_on < :end AND NOT {done}"),
            ))  # fmt: skip
        for number, table, homes_only, states in (
            ("T22", "data_doubt", False, ("correct", "confirm-ok")),
            ("T23", "negative_check", True, ("prove", "disprove")),
        ):
            what = "DISTINCT d.household_id" if homes_only else "*"
            base = (
                f"SELECT count({what}) FROM {table} d WHERE scope GLOB :area AND opened_on <= :end"
            )
            step = """ AND EXISTS (SELECT 1 FROM steps s WHERE s.subject_id = d.id
                AND s.action = '{}' AND s.step_on <= :end)"""
            cells = (self.one(base), *(self.one(base + step.format(state)) for state in states))
            self.put(number, "合计", cells)
        self.campaigns()

    def campaigns(self) -> None:
        begun = """SELECT subject_id FROM steps s WHERE s.subject = 'review_campaign'
            AND s.action = 'start' AND s.step_on <= :end"""
        whole = self.one(f"""SELECT count(*) FROM home h JOIN review_campaign c
            ON c.scope = h.scope WHERE c.id IN ({begun})""")
        checked = """SELECT count(*) FROM campaign_result r WHERE r.scope GLOB :area
            AND r.checked_on <= :end AND r.campaign_result {}"""
        known = self.one(checked.format("<> 'not_checked'"))
        problems = self.one(checked.format("= 'problem'"))
        self.found["T21*", "合计", 0] = (whole, known, problems)

    def roster(self) -> None:
        standing = "FROM home h WHERE (h.removed_on IS NULL OR h.removed_on > :end)"
        income = """coalesce(
            (SELECT s.per_capita FROM sheet s WHERE s.household_id = h.id
               AND s.per_capita IS NOT NULL AND s.period <= substr(:end, 1, 7)
               ORDER BY s.period DESC LIMIT 1),
            (SELECT a.annual_per_capita FROM annual_income a WHERE a.household_id = h.id))"""
        bands: dict[str, list[str]] = {label: [] for label in (*(b[0] for b in _BANDS), "资料不足")}
        for home, value in self.rows(f"SELECT h.id, {income} {standing}"):
            share = None if value is None else Decimal(value) * 100 / self.asked.line
            bands[next((b for b, low, high in _BANDS if share is not None and low <= share < high),
                       "资料不足")].append(home)  # fmt: skip
        size = dict(self.rows("SELECT household_id, count(*) FROM here GROUP BY 1"))
        for label, homes in bands.items():
            self.put("T17", label, (len(homes), sum(size.get(home, 0) for home in homes)))
        low = {}
        for label, flag in (("低保户", "has_dibao"), ("特困供养户", "has_tekun")):
            low[label] = f"""h.id IN (SELECT household_id FROM person WHERE {flag}
                AND {_HERE.format(day=":end")})"""
        watched = "h.id IN (SELECT household_id FROM stock)"
        for label, where in (
            *low.items(),
            ("低保户且监测对象", f"{low['低保户']} AND {watched}"),
            ("只是监测对象", f"{watched} AND NOT ({low['低保户']} OR {low['特困供养户']})"),
        ):
            homes = [row[0] for row in self.rows(f"SELECT h.id {standing} AND {where}")]
            self.put("T24", label, (len(homes), sum(size.get(home, 0) for home in homes)))
        names = dict(self.rows("SELECT area_code, name FROM area WHERE area_code GLOB :area"))
        for code, name in names.items():
            team = f"FROM team_member WHERE scope = '{code}' AND joined_on <= :end"
            served = self.one(f"SELECT count(*) {team} AND (left_on IS NULL OR left_on > :start)")
            there = self.one(f"SELECT count(*) {team} AND (left_on IS NULL OR left_on > :end)")
            money = self.rows(f"""SELECT amount FROM team_fund WHERE scope = '{code}'
                AND year = CAST(substr(:end, 1, 4) AS INTEGER)""")
            total = sum((Decimal(amount) for (amount,) in money), Decimal(0))
            self.put("T27", name, (served, there, total))
        for label, question in (("有广播电视", "LV-02"),):
            answer = f"""SELECT count(*) FROM due d JOIN answer a ON a.sheet_id = d.id JOIN home h
                ON h.id = d.household_id WHERE a.question = '{question}' AND a.value = '{{}}'
                AND d.period = substr(:end, 1, 7)
                AND (h.removed_on IS NULL OR h.removed_on > :end)"""
            if self.asked.end.month == 10:  # the month with answers
                counts = [self.one(answer.format(value)) for value in ("yes", "no")]
                self.put("T18", label, counts)


def _share(part: int, base: int) -> Decimal | None:
    return _half_up(Decimal(part * 100) / base) if base else None


def _half_up(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"), ROUND_HALF_UP)
