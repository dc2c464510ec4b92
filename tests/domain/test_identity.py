"""GB 11643 numbers and telephone numbers."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import identity


@pytest.mark.parametrize(
    "number",
    ["539901198204120359", "53990120190820538X", "53990119860616002x", " 539901198204120359\t"],
)
def test_valid_numbers_are_valid(number: str) -> None:
    assert identity.read(number).is_valid


def test_full_width_digits_are_read() -> None:
    assert identity.read("５３９９０１１９８２０４１２０３５９") == identity.read(
        "539901198204120359"
    )


@pytest.mark.parametrize(
    ("number", "problem"),
    [
        ("539901198204120358", "第18位校验不符"),
        ("539901198213120359", "出生日期不存在"),
        ("539901198202300359", "出生日期不存在"),
        ("53990119820412035A", "应为17位数字加1位数字或X"),
        ("5399011982O4120359", "应为17位数字加1位数字或X"),
        ("539901820412035", "15位旧证，须升级18位"),
        ("5399011982041203", "应为18位，现有16位"),
        ("539901 198204120359", "应为18位，现有19位"),
    ],
)
def test_a_wrong_number_says_why(number: str, problem: str) -> None:
    assert identity.read(number).problem == problem


@pytest.mark.parametrize("number", ["", "   ", "999999194601010000", "999999"])
def test_blank_and_999999_are_no_number_rather_than_a_wrong_one(number: str) -> None:
    found = identity.read(number)
    assert found.is_missing
    assert not found.problem
    assert not found.is_valid


@pytest.mark.parametrize("tail", ["41", "4101"])
def test_of_a_certificate_the_first_18_characters_count(tail: str) -> None:
    found = identity.read("539901194403081040" + tail)
    assert found.number == "539901194403081040"
    assert (found.birth_date, found.sex) == (date(1944, 3, 8), "female")


@given(st.dates(date(1900, 1, 1), date(2030, 12, 31)), st.integers(0, 999))
def test_every_number_with_its_check_digit_is_valid_and_no_other(born: date, serial: int) -> None:
    first = f"539901{born:%Y%m%d}{serial:03d}"
    right = identity.check_digit(first)
    valid = [digit for digit in "0123456789X" if identity.read(first + digit).is_valid]
    assert valid == [right]
    assert identity.read(first + right).birth_date == born
    assert identity.read(first + right).sex == ("male" if serial % 2 else "female")


@given(st.text(max_size=40))
def test_any_text_is_read_and_at_most_ten_of_its_characters_are_shown(text: str) -> None:
    found = identity.read(text)
    assert found.is_valid is (found.birth_date is not None)
    assert len(identity.masked(text)) == len(text)
    assert identity.masked(text).count("*") >= len(text) - 10
    assert not re.search(r"[\s-]", identity.normalise_phone(text))


def test_a_masked_number_keeps_six_and_four() -> None:
    assert identity.masked("539901198204120359") == "539901********0359"
    assert identity.masked("12345") == "*****"


@pytest.mark.parametrize(
    ("typed", "good"),
    [
        ("13800138000", True),
        ("+86 138-0013-8000", True),
        ("１３８００１３８０００", True),
        ("12800138000", False),
        ("1380013800", False),
        ("138001380001", False),
        ("", False),
    ],
)
def test_mobile_numbers(typed: str, good: bool) -> None:
    assert identity.is_mobile(identity.normalise_phone(typed)) is good
