"""Masking: what stays readable, and that short numbers never slip through whole."""

import pytest

from app.domain.masking import masked_account, masked_id_no, masked_phone


@pytest.mark.parametrize(
    ("id_no", "expected"),
    [
        pytest.param("532931198503120017", "532931********0017", id="resident"),
        pytest.param("53293119850312001X", "532931********001X", id="check letter"),
        pytest.param("53293119850312001742", "532931**********1742", id="disability certificate"),
        pytest.param("532931850312001", "532931*****2001", id="old 15 digits"),
        pytest.param("5329310017", "********17", id="ten characters are not shown whole"),
        pytest.param("53", "*3", id="two"),
        pytest.param("5", "*", id="one"),
        pytest.param("", "", id="none"),
    ],
)
def test_id_no(id_no: str, expected: str) -> None:
    assert masked_id_no(id_no) == expected


def test_phone_and_account() -> None:
    assert masked_phone("13800001234") == "138****1234"
    assert masked_phone("1234567") == "*****67"
    assert masked_account("6217 0038 1000 4567 890") == "***************7890"
    assert masked_account("4567") == "**67"
