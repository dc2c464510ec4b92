"""A household of four and its form, with a recorder in the place of the database."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from app.domain import form, open_answer, rules
from app.domain.form import AnswerKey, AnswerValue
from app.domain.household import Facts, Member
from app.domain.open_answer import OpenReply
from app.domain.period import Period
from app.domain.view import HouseholdView
from app.ops import catalogue
from app.ui.sheet.board import Board, Engine
from app.ui.sheet.controller import SheetController
from app.ui.sheet.outlets import Changes, Outlets

OCTOBER = Period(2025, 10)
AS_OF = date(2025, 10, 31)


FORM = catalogue.form_for(OCTOBER)
FATHER = Member("m1", 1, "赵德福", "户主", "male", date(1982, 3, 1), labor_skill="ordinary",
                employment="province", education="初中", medical_insurance="resident",
                monthly_wage=Decimal(4200))  # fmt: skip
MOTHER = Member("m2", 2, "李秀兰", "配偶", "female", date(1984, 5, 1), labor_skill="ordinary",
                employment="farming", education="小学", medical_insurance="resident")  # fmt: skip
SON = Member("m3", 3, "赵明远", "之子", "male", date(2011, 6, 1), school_status="七年级",
             labor_skill="none", medical_insurance="resident")  # fmt: skip
DAUGHTER = Member("m4", 4, "赵明月", "之女", "female", date(2016, 8, 1), school_status="三年级",
                  labor_skill="none", medical_insurance="resident")  # fmt: skip
FOUR = (FATHER, MOTHER, SON, DAUGHTER)


POLICY = catalogue.policy_for(OCTOBER)


def asked(facts: Facts) -> list[AnswerKey]:
    return form.asked_questions(FORM, facts, POLICY)


def offered(facts: Facts, key: AnswerKey) -> list[Any]:
    home = HouseholdView(facts, POLICY)
    member = next((one for one in home.members if one.member.id == key[1]), None)
    options = FORM.question(key[0]).options
    return [o for o in options if o.only_when is None or o.only_when(home, member, None)]


def previous_month(keys: list[AnswerKey], members: tuple[Member, ...]) -> dict[AnswerKey, Any]:
    """Return last month's answers: all good, wages as in the roster, subsidies 200."""
    by_id = {member.id: member for member in members}
    values: dict[AnswerKey, Any] = {}
    for key in keys:
        question = FORM.question(key[0])
        member = by_id.get(key[1])
        if question.roster_field and member is not None:
            values[key] = getattr(member, question.roster_field)
        elif question.code == "HS-01":
            values[key] = "B"
        elif question.type == "money":
            values[key] = {"IN-01": Decimal(4200), "IN-04": Decimal(200)}.get(key[0], Decimal(0))
        elif question.default is not None and question.default != "":
            values[key] = question.default
    return values


class Recorder:
    """Takes what the form saves, in the place of the operations."""

    def __init__(self) -> None:
        self.saved: list[dict[AnswerKey, AnswerValue | None]] = []
        self.notes: dict[AnswerKey, str] = {}
        self.drafts: dict[AnswerKey, str] = {}
        self.submitted = 0
        self.met = ""
        self.replies: list[OpenReply] = []
        self.follow_ups: dict[AnswerKey, dict[str, str]] = {}
        self.reported: Mapping[AnswerKey, Any] = {}
        self.works = True

    def save(self, changes: Changes) -> bool:
        if self.works:
            self.saved.append(dict(changes))
        return self.works

    def outlets(self) -> Outlets:
        return Outlets(
            self.save, self.reply, self.note, self.follow_up, self.visit, self.draft, self.submit
        )

    def note(self, key: AnswerKey, text: str) -> bool:
        self.notes[key] = text
        return self.works

    def follow_up(self, key: AnswerKey, replies: Mapping[str, str]) -> bool:
        self.follow_ups.setdefault(key, {}).update(replies)
        return self.works

    def reply(self, key: AnswerKey, given: OpenReply) -> AnswerValue | None:
        """Answer as the operation does: by the domain's own function."""
        self.replies.append(given)
        question = FORM.question(key[0])
        return open_answer.resolve(question, self.reported[key], given).value

    def visit(self, way: str, met: str) -> bool:
        self.met = met
        return self.save({("BF-03", ""): way})

    def draft(self, key: AnswerKey, text: str) -> None:
        self.drafts[key] = text

    def submit(self) -> None:
        self.submitted += 1


def make_board(
    members: tuple[Member, ...] = FOUR,
    spot: AnswerKey | None = None,
    open_warnings: frozenset[AnswerKey] = frozenset(),
    previous: Mapping[AnswerKey, Any] | None = None,
) -> Board:
    facts = Facts(OCTOBER, AS_OF, "h1", "2", "lifted", house_rating="B", members=members)
    keys = asked(facts)
    before = previous_month(keys, members) | dict(previous or {})
    offers = {
        key: value
        for key, value in before.items()
        if FORM.question(key[0]).prefill != "look" and key not in open_warnings and key != spot
    }
    engine = Engine(
        asked=asked,
        options=offered,
        findings=lambda facts: rules.evaluate(facts, FORM, POLICY),
        parse=lambda question, text: form.parse_answer(question, text, AS_OF),
        problem=lambda facts, key, value: form.problem(FORM, facts, POLICY, key, value),
    )
    return Board(FORM, facts, engine, {}, offers, {}, before, open_warnings, spot)


def start(board: Board) -> tuple[SheetController, Recorder]:
    recorder = Recorder()
    recorder.reported = board.previous
    return SheetController(board, recorder.outlets()), recorder


def press(controller: SheetController, keys: str) -> int:
    """Press keys written with spaces between them; return how many there were."""
    symbols = keys.split()
    for symbol in symbols:
        controller.press(symbol)
    return len(symbols)
