"""P-0: what became of an open shortfall: still there, worse, solved."""

import pytest

from app.domain.open_answer import OpenReply, resolve, worse_options
from tests.domain.build import FORM

ARREARS, HOUSE, OUTAGE = (FORM.question(code) for code in ("IN-05", "HS-03", "WT-05"))


def test_still_there_is_last_months_answer_again() -> None:
    result = resolve(ARREARS, "wage_arrears", OpenReply("1"))
    assert (result.value, result.is_solved, result.hint) == ("wage_arrears", False, "")


def test_worse_takes_only_a_graver_answer() -> None:
    assert [o.key for o in worse_options(HOUSE, "leak")] == ["crack", "tilt", "collapse"]
    assert resolve(HOUSE, "leak", OpenReply("2", "crack")).value == "crack"
    with pytest.raises(ValueError, match="更重的"):
        resolve(HOUSE, "crack", OpenReply("2", "leak"))
    with pytest.raises(ValueError, match="选新答案"):
        resolve(HOUSE, "crack", OpenReply("2"))
    with pytest.raises(ValueError, match="请选“还在”"):
        resolve(ARREARS, "wage_arrears", OpenReply("2", "none"))
    assert resolve(OUTAGE, 4, OpenReply("2", 6)).value == 6


def test_solved_needs_how_and_speaks_for_closing() -> None:
    result = resolve(ARREARS, "wage_arrears", OpenReply("3", note="已结清"))
    assert (result.value, result.is_solved, result.note) == ("none", True, "已结清")
    assert "已结清" in result.hint
    with pytest.raises(ValueError, match="怎么解决"):
        resolve(ARREARS, "wage_arrears", OpenReply("3", note=" "))
    with pytest.raises(ValueError, match="现在的答案"):
        resolve(FORM.question("HS-01"), "D", OpenReply("3", note="改造完工"))
    assert resolve(FORM.question("HS-01"), "D", OpenReply("3", "A", "改造完工")).value == "A"


def test_any_other_digit_is_refused() -> None:
    with pytest.raises(ValueError, match="1还在"):
        resolve(ARREARS, "wage_arrears", OpenReply("4"))
