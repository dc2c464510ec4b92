"""The hands of the form: what the keys do, and how many it takes."""

from dataclasses import replace
from decimal import Decimal

from app.domain.form import AnswerKey
from app.ui.sheet.board import END, NOT_SEEN, STRIP, Status
from app.ui.sheet.outlets import Place
from tests.ui.sheet.builders import FATHER, FOUR, make_board, press, start

SON_SCHOOL: AnswerKey = ("ED-01", "m3")
TOILET: AnswerKey = ("LV-04", "")
EVENT: AnswerKey = ("EV-01", "")


def test_an_unchanged_household_of_four_takes_fifteen_keys() -> None:
    controller, recorder = start(make_board(spot=TOILET))
    count = press(controller, "1 1 + 1 + 1 1 1 1 + + + 0 + enter")
    assert count == 15
    assert controller.board.missing() == []
    assert recorder.submitted == 1


def test_one_dropout_costs_at_most_ten_keys_more() -> None:
    controller, recorder = start(make_board())
    count = press(controller, "1 1 + 2 6 2 2 1 + + 1 1 + 1 + + + 0 + enter")
    assert count <= 25
    assert controller.board.values[SON_SCHOOL] == "dropout"
    assert recorder.follow_ups[SON_SCHOOL] == {"since": "2", "why": "2"}
    assert controller.board.values["ED-01", "m4"] == "in_school"
    assert recorder.submitted == 1


def test_dropout_bad_water_lost_crop_and_flood_take_at_most_thirty_keys() -> None:
    controller, recorder = start(make_board())
    keys = "1 1 + 2 6 2 2 1 + + 1 2 1 2 + + 1 + 3 + + 3 1 + + enter"
    assert press(controller, keys) <= 30
    values = controller.board.values
    assert values["WT-02", ""] == "turbid"
    assert values["CY-01", ""] == "total_loss"
    assert values["EV-01", ""] == ("flood",)
    assert controller.board.missing() == []
    assert recorder.submitted == 1


def test_a_plus_is_one_saved_step_and_one_undo() -> None:
    controller, recorder = start(make_board())
    press(controller, "1 1")
    saved = len(recorder.saved)
    press(controller, "+")
    assert len(recorder.saved) == saved + 1
    assert len(recorder.saved[-1]) == 5  # four people's clothes and the blankets
    press(controller, "undo")
    assert not any(key[0].startswith("CL") for key in controller.board.values)
    assert controller.place == Place("CL")


def test_plus_never_takes_a_question_with_an_open_warning() -> None:
    arrears: AnswerKey = ("IN-05", "")
    board = make_board(open_warnings=frozenset({arrears}), previous={arrears: "wage_arrears"})
    controller, _ = start(board)
    controller.go(Place("IN"))
    press(controller, "+")
    assert controller.place == Place("IN", arrears)
    assert arrears not in board.values
    assert [choice.text for choice in controller.choices(arrears)] == ["还在", "加重", "已解决"]
    press(controller, "1")
    assert board.values[arrears] == "wage_arrears"
    assert controller.place.chapter == "CY"


def test_a_lead_digit_does_not_answer_for_a_child_whose_warning_is_open() -> None:
    board = make_board(open_warnings=frozenset({SON_SCHOOL}), previous={SON_SCHOOL: "dropout"})
    controller, _ = start(board)
    controller.go(Place("ED"))
    press(controller, "1")
    assert board.values["ED-01", "m4"] == "in_school"
    assert SON_SCHOOL not in board.values
    assert controller.place == Place("ED", SON_SCHOOL)
    press(controller, "3")
    controller.type_text("劝返，10月8日返校")
    press(controller, "enter")
    assert board.values[SON_SCHOOL] == "in_school"
    assert board.notes[SON_SCHOOL] == "劝返，10月8日返校"


def test_solved_needs_a_word_about_how() -> None:
    board = make_board(open_warnings=frozenset({SON_SCHOOL}), previous={SON_SCHOOL: "dropout"})
    controller, recorder = start(board)
    controller.go(Place("ED", SON_SCHOOL))
    press(controller, "3 enter")
    assert "怎么解决" in controller.problem
    assert recorder.replies == []
    assert recorder.drafts == {}
    press(controller, "escape")
    assert controller.choices(SON_SCHOOL)[0].text == "还在"


def test_worse_offers_only_what_is_graver() -> None:
    key: AnswerKey = ("HS-03", "")
    board = make_board(open_warnings=frozenset({key}), previous={key: "crack"})
    controller, recorder = start(board)
    controller.go(Place("HS", key))
    press(controller, "2")
    assert [choice.digit for choice in controller.choices(key)] == ["5"]
    press(controller, "5")
    assert board.values[key] == "collapse"
    assert recorder.replies[-1].choice == "2"


def test_a_closed_month_can_be_looked_at_but_not_changed() -> None:
    board = make_board()
    board.is_read_only = True
    controller, recorder = start(board)
    press(controller, "1")
    assert controller.problem
    controller.go(Place("CL"))
    press(controller, "+")
    assert recorder.saved == []
    assert board.values == {}


def test_plus_leaves_the_spot_check_to_be_asked() -> None:
    controller, _ = start(make_board(spot=TOILET))
    controller.go(Place("LV"))
    assert controller.board.status(TOILET) is Status.ASK
    press(controller, "+")
    assert TOILET not in controller.board.values
    assert controller.place == Place("LV", TOILET)
    press(controller, "2")
    assert controller.board.values[TOILET] == "broken"


def test_enter_on_a_bar_only_opens_and_in_a_row_confirms_one_value() -> None:
    controller, recorder = start(make_board())
    controller.go(Place("CY"))
    press(controller, "enter")
    assert controller.place == Place("CY", ("CY-01", ""))
    assert recorder.saved == []
    press(controller, "enter")
    assert recorder.saved == [{("CY-01", ""): "none"}]
    assert controller.place == Place("CY", ("CY-02", ""))


def test_money_typed_in_a_selling_month_is_saved_and_the_cursor_goes_on() -> None:
    board = make_board()
    del board.offers["IN-02", ""]  # crops sold last year: nothing is taken for granted
    controller, recorder = start(board)
    controller.go(Place("IN"))
    press(controller, "+")
    assert controller.place == Place("IN", ("IN-02", ""))
    press(controller, "3 0 0")
    assert controller.typed == "300"
    assert recorder.drafts["IN-02", ""] == "300"
    press(controller, "enter")
    assert board.values["IN-02", ""] == Decimal(300)
    assert ("IN-02", "") not in board.drafts


def test_an_amount_that_cannot_be_read_stays_and_says_why() -> None:
    controller, _ = start(make_board())
    controller.go(Place("IN", ("IN-02", "")))
    controller.type_text("3x")
    press(controller, "enter")
    assert "请填数字" in controller.problem
    assert controller.place.key == ("IN-02", "")
    assert ("IN-02", "") not in controller.board.values


def test_a_draft_from_before_a_crash_is_in_the_field_again() -> None:
    board = make_board()
    board.drafts["IN-02", ""] = "12"
    controller, _ = start(board)
    controller.go(Place("IN", ("IN-02", "")))
    assert controller.typed == "12"


def test_by_telephone_nobody_can_see_house_and_water() -> None:
    controller, _ = start(make_board())
    press(controller, "7")
    assert controller.place == Place("FD")
    press(controller, "1")  # the lead's digit does not work here
    assert ("FD-01", "") not in controller.board.values
    controller.go(Place("HS"))
    press(controller, "+")
    assert controller.board.values["HS-03", ""] == NOT_SEEN
    assert controller.board.values["HS-01", ""] == NOT_SEEN


def test_nobody_met_or_refused_goes_to_the_end() -> None:
    for digit in ("9", "0"):
        controller, _ = start(make_board())
        press(controller, digit)
        assert controller.place == Place(END)


def test_more_than_six_members_take_six_and_two_digits() -> None:
    more = tuple(replace(FATHER, id=f"x{n}", number=n, relation="其他") for n in range(5, 13))
    controller, recorder = start(make_board(members=(*FOUR, *more)))
    press(controller, "6 1")
    assert controller.place == Place(STRIP)
    press(controller, "1")
    assert recorder.met == "x11"
    assert controller.board.way() == "onsite_family"


def test_special_answers_are_offered_where_they_may_be_given() -> None:
    controller, _ = start(make_board())
    controller.go(Place("FD", ("FD-01", "")))
    press(controller, "/")
    assert [choice.text for choice in controller.choices(("FD-01", ""))] == [
        "说不清", "没看成", "不适用",
    ]  # fmt: skip
    press(controller, "3")
    assert controller.board.values["FD-01", ""] == NOT_SEEN


def test_two_step_menus_take_two_digits_and_name_the_person() -> None:
    controller, _ = start(make_board())
    controller.go(Place("EM", ("EM-01", "m1")))
    press(controller, "1 4")
    assert controller.board.values["EM-01", "m1"] == "other_province"
    controller.go(Place("EV", ("EV-03", "")))
    press(controller, "4 2")
    assert controller.board.values["EV-03", ""] == ("death:m2",)


def test_backspace_clears_and_goes_back() -> None:
    controller, _ = start(make_board())
    controller.go(Place("CY", ("CY-01", "")))
    press(controller, "2")
    assert controller.place == Place("CY", ("CY-02", ""))
    press(controller, "backspace")
    assert controller.place == Place("CY", ("CY-01", ""))
    assert ("CY-01", "") not in controller.board.values


def test_a_save_that_fails_leaves_answer_and_cursor_alone() -> None:
    controller, recorder = start(make_board())
    press(controller, "1")
    recorder.works = False
    press(controller, "1")
    assert ("FD-01", "") not in controller.board.values
    assert controller.place == Place("FD")


def test_water_days_are_asked_only_after_a_cut() -> None:
    controller, _ = start(make_board())
    controller.go(Place("WT", ("WT-05", "")))
    assert ("WT-06", "") not in controller.board.rows("WT")
    press(controller, "3 enter")
    assert ("WT-06", "") in controller.board.rows("WT")


def test_what_is_asked_after_an_answer_may_be_passed_over() -> None:
    controller, recorder = start(make_board())
    controller.go(Place("ED", SON_SCHOOL))
    press(controller, "6")
    assert controller.place.key == SON_SCHOOL
    assert [choice.text for choice in controller.choices(SON_SCHOOL)] == ["本月", "上月", "更早"]
    press(controller, "enter")
    assert controller.place.key == ("ED-01", "m4")
    assert recorder.follow_ups == {}


def test_an_illness_is_asked_for_the_person() -> None:
    controller, recorder = start(make_board())
    controller.go(Place("EV"))
    press(controller, "1 2")
    assert controller.board.values["EV-01", ""] == ("illness",)
    assert recorder.follow_ups["EV-01", ""] == {"illness.who": "m2"}
    press(controller, "+")
    assert controller.place.chapter == "BF"


def test_other_asks_for_its_words_at_the_field_before_it_lets_go() -> None:
    controller, recorder = start(make_board())
    controller.go(Place("EV"))
    press(controller, "9")
    assert controller.is_typing()
    assert controller.field_kind(EVENT) == "text"
    press(controller, "enter")
    assert (controller.place.key, recorder.notes) == (EVENT, {})
    assert "要写明是什么事" in controller.problem
    assert controller.board.needs(EVENT)
    controller.type_text("水管冻裂")
    assert controller.problem == ""
    press(controller, "enter")
    assert recorder.notes == {EVENT: "水管冻裂"}
    assert recorder.drafts == {}
    assert not controller.is_typing()
    assert not controller.board.needs(EVENT)
    assert "水管冻裂" in next(f.message for f in controller.findings if f.code == "EV-01")


def test_who_comes_back_to_other_is_asked_for_its_words_again() -> None:
    controller, _ = start(make_board())
    controller.go(Place("EV"))
    press(controller, "9 escape")
    assert not controller.is_typing()
    press(controller, "9")
    assert controller.board.values[EVENT] == ()
    press(controller, "9 up")
    controller.go_to_key(EVENT)
    assert controller.is_typing()
    press(controller, "undo")
    assert not controller.is_typing()
