"""The hands of the form: keys in, answers and cursor out. Knows no widget and no database."""

from collections.abc import Mapping

from app.domain import open_answer
from app.domain.follow_up import Ask
from app.domain.form import AnswerKey, AnswerValue, Chapter
from app.domain.household import HEAD, Finding
from app.domain.open_answer import OpenReply
from app.ui.sheet import choices, offers
from app.ui.sheet.board import CLOSED_WAYS, END, STRIP, WAY, Board, Key, Status, default_value
from app.ui.sheet.choices import Choice, Does
from app.ui.sheet.outlets import READ_ONLY, Changes, Outlets, Place, Undo


class SheetController:
    """Moves through one household's form; everything lasting goes to ``Outlets``."""

    def __init__(self, board: Board, outlets: Outlets) -> None:
        self.board, self._out = board, outlets
        self.place = Place(STRIP)
        self.typed, self.problem = "", ""
        self.path: tuple[str, ...] = ()
        self.is_special = False
        self._solved_note = ""
        self.ask: Ask | None = None
        self._undo: list[Undo] = []
        self.findings: list[Finding] = []
        self._chapters = {chapter.code: chapter for chapter in board.form.chapters}
        if board.way():
            self._next_chapter()
        self._evaluate()

    # ---------------------------------------------------------------- what the view reads
    @property
    def chapter(self) -> Chapter | None:
        """The chapter of the cursor, None in the strip and at the end."""
        return self._chapters.get(self.place.chapter)

    def is_typing(self) -> bool:
        """True where the cursor stands in a field for figures, a date or words."""
        key = self.place.key
        waits = self.is_special or self.ask is not None
        return key is not None and self.accepts_text(key) and not waits

    def field_kind(self, key: AnswerKey) -> str:
        """Return the kind of text field the cursor's row needs now."""
        return "text" if self.is_wording() else offers.field_kind(self.board.question(key))

    def accepts_text(self, key: AnswerKey) -> bool:
        return offers.accepts_text(self.board, key, self.path if key == self.place.key else ())

    def choices(self, key: AnswerKey) -> tuple[Choice, ...]:
        """Return the digits of one row; only the cursor's row shows an opened second step."""
        here = key == self.place.key
        if here and self.ask is not None:
            return choices.ask_choices(self.ask, self.board.present())
        if here and self.is_special:
            return choices.special_choices(self.board.form, self.board.question(key))
        return offers.row_choices(self.board, key, self.path if here else ())

    # ---------------------------------------------------------------- keys
    def press(self, symbol: str) -> None:
        """Take one key: a digit, ``+ - / enter back-enter backspace up down escape undo``."""
        self.problem = ""
        if symbol.isdigit():
            self._digit(symbol)
        else:
            handler = {
                "+": self._plus,
                "-": self._previous_chapter,
                "/": self._special,
                "enter": self._enter,
                "back-enter": lambda: self._step(-1),
                "up": lambda: self._step(-1),
                "down": lambda: self._step(1),
                "backspace": self._backspace,
                "escape": self._escape,
                "undo": self.undo,
            }.get(symbol)
            if handler is not None:
                handler()
        self._evaluate()

    def type_text(self, text: str) -> None:
        """Take the whole text of the current field, at each key press."""
        if self.place.key is None or text == self.typed:
            return
        self.typed = text
        if not self.is_wording():
            self.board.drafts[self.place.key] = text
            self._out.draft(self.place.key, text)
        self._parse()
        self._evaluate()

    def choose(self, key: AnswerKey | None, digit: str) -> None:
        """Take a click on an option of any row or of the cursor's bar."""
        if key is not None and key != self.place.key:
            self.go(Place(self.board.question(key).chapter, key))
        self.press(digit)

    def go(self, place: Place) -> None:
        """Put the cursor somewhere; half-typed text stays a draft."""
        if place == self.place:
            return
        self.place, self.is_special, self.ask = place, False, None
        is_silent = place.key is not None and self.board.lacks_note(place.key)
        self.path = (offers.NOTE,) if is_silent else ()
        self.typed, self.problem = self._text_of(place.key), ""

    def go_to_key(self, key: AnswerKey) -> None:
        """Put the cursor on the row of a question, or into the strip for its question."""
        question = self.board.question(key)
        self.go(Place(STRIP) if question.place == "head" else Place(question.chapter, key))

    def undo(self) -> None:
        """Take the last step back, and put the cursor where it was."""
        if self._undo and not self._refuses() and self._out.save(self._undo[-1].before):
            step = self._undo.pop()
            self.board.change(step.before)
            self.path = ()
            self.go(step.place)
            self.typed = self._text_of(self.place.key)

    # ---------------------------------------------------------------- digits
    def _digit(self, digit: str) -> None:
        if self.place.chapter == STRIP:
            self._meet(digit)
        elif self.place.key is not None:
            self._row_digit(self.place.key, digit)
        elif self.chapter is not None:
            self._bar_digit(self.chapter, digit)

    def _meet(self, digit: str) -> None:
        """Strip: 1–6 a person (6 and two digits from seven people on), 7 8 9 0 the other ways."""
        ways = {"7": "phone", "8": "proxy", "9": "not_met", "0": "refused"}
        people = self.board.present()
        if self.path:
            self._meet_numbered(digit)
        elif digit in ways:
            self._answer_way(ways[digit])
        elif digit == "6" and len(people) > 6:
            self.path = ("6",)
        elif int(digit) <= len(people):
            self._meet_person(int(digit))

    def _meet_numbered(self, digit: str) -> None:
        self.path = (*self.path, digit)
        if len(self.path) < 3:
            return
        number, self.path = int("".join(self.path[1:])), ()
        if 1 <= number <= len(self.board.present()):
            self._meet_person(number)

    def _meet_person(self, number: int) -> None:
        person = self.board.present()[number - 1]
        way = "onsite" if person.relation == HEAD else "onsite_family"
        self._answer_way(way, person.id)

    def _answer_way(self, way: str, met: str = "") -> None:
        before = self.board.values.get(WAY)
        if self._refuses() or not self._out.visit(way, met):
            return
        self._undo.append(Undo({WAY: before}, self.place))
        self.board.change({WAY: way})
        if way in CLOSED_WAYS:
            self.go(Place(END))
        else:
            self._next_chapter()

    def _bar_digit(self, chapter: Chapter, digit: str) -> None:
        kind, rows = self.board.key_of(chapter), self.board.rows(chapter.code)
        if not rows:
            return
        if kind is Key.ZERO and digit == "0":
            self._confirm(chapter, {rows[0]: ()} if rows[0] not in self.board.open_warnings else {})
        elif kind is Key.LEAD:
            self._lead_digit(chapter, digit)
        elif kind is Key.SPOT:
            self._single_lead_digit(chapter, self.board.spot_row(chapter) or rows[0], digit)
        else:
            first = rows[0] if kind is Key.ZERO else self.board.first_editable(rows)
            self.go(Place(chapter.code, first))
            self._row_digit(first, digit)

    def _lead_digit(self, chapter: Chapter, digit: str) -> None:
        lead = self.board.lead_rows(chapter)
        if not offers.is_joint_lead(self.board, chapter):
            self._single_lead_digit(chapter, lead[0], digit)
        elif digit == "1":
            asked = [key for key in lead if key not in self.board.values]
            self._confirm(chapter, self.board.good_answers(asked))
        elif digit == "2":
            self.go(Place(chapter.code, lead[0]))

    def _single_lead_digit(self, chapter: Chapter, key: AnswerKey, digit: str) -> None:
        choice = choices.find(self.choices(key), digit)
        if choice is None:
            return
        good = default_value(self.board.question(key))
        if choice.does is Does.ANSWER and choice.value == good:
            self._confirm(chapter, {key: choice.value})
            return
        self.go(Place(chapter.code, key))
        self._row_digit(key, digit)

    def _row_digit(self, key: AnswerKey, digit: str) -> None:
        if self.is_typing():
            self.type_text(self.typed + digit)
            return
        choice = choices.find(self.choices(key), digit)
        if choice is not None:
            self._take(key, choice)

    def _take(self, key: AnswerKey, choice: Choice) -> None:
        if choice.does is Does.DEEPER:
            self._deeper(str(choice.value))
        elif choice.does is Does.FOLLOW:
            self._follow(key, str(choice.value))
        elif choice.does is Does.STILL:
            self._reply(key, OpenReply(open_answer.STILL))
        elif choice.does is Does.TOGGLE:
            self._toggle(key, str(choice.value))
        else:
            self._answer(key, choice.value)

    def _toggle(self, key: AnswerKey, item: str) -> None:
        if self.path[:1] == (offers.WORSE,):
            self._reply(
                key,
                OpenReply(open_answer.WORSE, choices.toggled(self.board.previous.get(key), item)),
            )
            return
        self.path = ()
        if self._store({key: choices.toggled(self.board.values.get(key), item)}):
            self._ask_further(key)

    def _deeper(self, step: str) -> None:
        self.path = (*self.path, step)
        self.typed = ""

    def _answer(self, key: AnswerKey, value: AnswerValue) -> None:
        """Store one answer, or with it the reply to an open warning, and move on."""
        if self.path[:1] == (offers.WORSE,):
            self._reply(key, OpenReply(open_answer.WORSE, value))
            return
        if self.path == (offers.SOLVED_VALUE,):
            self._reply(key, OpenReply(open_answer.SOLVED, value, self._solved_note))
            return
        self.problem = self.board.problem(key, value)
        if not self.problem and self._store({key: value}):
            self._ask_or_advance(key)

    def _ask_or_advance(self, key: AnswerKey) -> None:
        """Stay for what is asked after this answer (从何时、为什么…), else go on."""
        self._ask_further(key)
        if self.ask is None and not self.is_wording():
            self._advance(key)

    def _ask_or_stay(self, key: AnswerKey) -> None:
        """The same, but a row of several choices stays open for more."""
        is_multi = self.board.question(key).type == "multi"
        (self._ask_further if is_multi else self._ask_or_advance)(key)

    def _ask_further(self, key: AnswerKey) -> None:
        self.ask = next(iter(self.board.open_asks(key)), None)
        if self.ask is None and self.board.lacks_note(key):
            self._deeper(offers.NOTE)

    def _follow(self, key: AnswerKey, reply: str) -> None:
        ask = self.ask
        if ask is None or self._refuses() or not self._out.follow_up(key, {ask.name: reply}):
            return
        self.board.replies.setdefault(key, {})[ask.name] = reply
        self._ask_or_stay(key)

    # ---------------------------------------------------------------- words beside an answer
    def is_wording(self) -> bool:
        """True while the cursor's row asks for words: how it was solved, or what «其他» is."""
        return self.path in offers.WORDINGS

    def _keep_note(self, key: AnswerKey) -> None:
        """What «其他» is: one line, kept as the note of the answer."""
        note = self.typed.strip() or self.board.notes.get(key, "")
        if not note:
            self.problem = self.board.note_problem(key)
        elif not self._refuses() and self._out.note(key, note):
            self.board.notes[key] = note
            self.path, self.typed = (), ""
            self._ask_or_stay(key)

    # ---------------------------------------------------------------- open warnings (P-0)

    def _take_note(self, key: AnswerKey) -> None:
        """How it was solved; the good answer follows from it, or is asked for."""
        if not self.typed.strip():
            self.problem = "请写怎么解决的"
        elif default_value(self.board.question(key)) is not None:
            self._reply(key, OpenReply(open_answer.SOLVED, None, self.typed))
        else:
            self._solved_note, self.typed, self.path = self.typed, "", (offers.SOLVED_VALUE,)

    def _reply(self, key: AnswerKey, reply: OpenReply) -> None:
        place = self.place
        if self._refuses():
            return
        value = self._out.reply(key, reply)
        if value is None:
            return
        self._undo.append(Undo({key: None}, place))
        self.board.change({key: value})
        if reply.note:
            self.board.notes[key] = reply.note
        self.path, self.is_special = (), False
        self._ask_or_advance(key)

    # ---------------------------------------------------------------- confirming and moving
    def _plus(self) -> None:
        chapter = self.chapter
        if chapter is None:
            return
        extra: dict[AnswerKey, AnswerValue] = {}
        if self.is_typing() and self.typed and not self._accept_typed(extra):
            return
        self._confirm(chapter, extra)

    def _confirm(self, chapter: Chapter, extra: Mapping[AnswerKey, AnswerValue]) -> None:
        """Save the shown rows of one chapter and ``extra`` as one step, then move on."""
        changes = {**self.board.confirmation(chapter.code), **extra}
        if changes and not self._store(changes):
            return
        waiting = [key for key in self.board.rows(chapter.code) if self.board.needs(key)]
        if waiting:
            self.go(Place(chapter.code, self.board.after(waiting, self.place.key)))
        else:
            self._next_chapter()

    def _enter(self) -> None:
        key, chapter = self.place.key, self.chapter
        if self.place.chapter == END:
            self._out.submit()
        elif key is not None:
            self._enter_row(key)
        elif chapter is not None:
            rows = self.board.rows(chapter.code)
            waiting = [row for row in rows if self.board.needs(row)]
            if rows:
                self.go(Place(chapter.code, (waiting or rows)[0]))
            else:
                self._next_chapter()
        elif self.board.way():
            self._next_chapter()

    def _enter_row(self, key: AnswerKey) -> None:
        """Accept typed text or confirm the one value shown, and go to the next row."""
        changes: dict[AnswerKey, AnswerValue] = {}
        if self.is_wording():
            take = self._keep_note if self.path == (offers.NOTE,) else self._take_note
            take(key)
            return
        if self.is_typing() and self.typed:
            if not self._accept_typed(changes):
                return
            if self.path:
                self._answer(key, changes[key])
                return
        elif self.board.status(key) is Status.OFFERED:
            offer = self.board.offer(key)
            changes = {} if offer is None else {key: offer}
        if not changes or changes.get(key) == self.board.values.get(key) or self._store(changes):
            self._step(1)

    def _step(self, direction: int) -> None:
        """Go to the next or previous row; beyond the ends of a chapter, to a bar."""
        key, chapter = self.place.key, self.chapter
        if key is not None and chapter is not None:
            rows = self.board.rows(chapter.code)
            index = rows.index(key) + direction if key in rows else 0
            if 0 <= index < len(rows):
                self.go(Place(chapter.code, rows[index]))
                return
            if direction < 0:
                self.go(Place(chapter.code))
                return
        order = self._order()
        index = order.index(self.place.chapter) + direction
        self.go(Place(order[max(0, min(len(order) - 1, index))]))

    def _advance(self, key: AnswerKey) -> None:
        """After an answer: the next row that is not settled, else the next chapter."""
        rows = self.board.rows(self.place.chapter)
        waiting = [row for row in rows if self.board.unsettled(row)]
        if waiting:
            self.go(Place(self.place.chapter, self.board.after(waiting, key)))
        else:
            self._next_chapter()

    def _next_chapter(self) -> None:
        """Go to the next bar that is not done; done and unasked ones are passed over."""
        order = self._order()
        start = order.index(self.place.chapter)
        for code in order[start + 1 :]:
            if code == END or not self.board.is_done(code):
                self.go(Place(code))
                return

    def _previous_chapter(self) -> None:
        order = self._order()
        index = order.index(self.place.chapter)
        self.go(Place(order[max(0, index - 1)]))

    def _backspace(self) -> None:
        """In a row: close a second step, clear the row, or go back one row and clear that."""
        key = self.place.key
        if self.path or self.is_special or self.ask is not None:
            self._escape()
        elif key is None:
            self._step(-1)
        elif key in self.board.values:
            self._store({key: None})
        else:
            self._step(-1)
            back = self.place.key
            if back is not None and back in self.board.values:
                self._store({back: None})
        self.typed = self._text_of(self.place.key)

    def _escape(self) -> None:
        if self.path or self.is_special or self.ask is not None:
            self.path, self.is_special, self.ask = (), False, None
        elif self.place.key is not None:
            self.go(Place(self.place.chapter))

    def _special(self) -> None:
        chapter = self.chapter
        if self.place.key is None and chapter is not None:
            rows = self.board.lead_rows(chapter) or self.board.rows(chapter.code)
            if rows:
                self.go(Place(chapter.code, rows[0]))
        key = self.place.key
        if key is not None:
            question = self.board.question(key)
            self.is_special = bool(choices.special_choices(self.board.form, question))

    # ---------------------------------------------------------------- small parts
    def _refuses(self) -> bool:
        if self.board.is_read_only:
            self.problem = READ_ONLY
        return self.board.is_read_only

    def _store(self, changes: Changes) -> bool:
        before = {key: self.board.values.get(key) for key in changes}
        place = self.place
        if self._refuses() or not self._out.save(changes):
            return False
        self._undo.append(Undo(before, place))
        self.board.change(changes)
        self.path, self.is_special = (), False
        return True

    def _accept_typed(self, changes: dict[AnswerKey, AnswerValue]) -> bool:
        value, key = self._parse(), self.place.key
        if key is not None and value is not None and not self.problem:
            self.problem = self.board.problem(key, value)
        if key is None or self.problem:
            return False
        if value is not None:
            changes[key] = value
        return True

    def _parse(self) -> AnswerValue | None:
        """Read what is typed; the reason why it cannot be read lands in ``problem``."""
        self.problem = ""
        if self.place.key is None or not self.typed or self.is_wording():
            return None
        try:
            return self.board.engine.parse(self.board.question(self.place.key), self.typed)
        except ValueError as error:
            self.problem = str(error)
            return None

    def _evaluate(self) -> None:
        tentative: dict[AnswerKey, AnswerValue] = {}
        is_value = self.is_typing() and not self.is_wording()
        if is_value and self.place.key is not None and self.typed:
            problem, value = self.problem, self._parse()
            self.problem = problem or self.problem
            if value is not None:
                tentative[self.place.key] = value
        self.findings = list(self.board.engine.findings(self.board.facts_with(tentative)))

    def _text_of(self, key: AnswerKey | None) -> str:
        if key is None or self.is_wording() or not self.accepts_text(key):
            return ""
        return self.board.text_of(key)

    def _order(self) -> list[str]:
        return [STRIP, *self._chapters, END]
