"""Worked cases: all fifty exactly, and every fault of a case file told by case and field."""

from collections import Counter
from pathlib import Path

import pytest

from app.domain.cases import CaseFileError
from app.domain.labels import label
from app.ops import cases
from app.ops.cases import CaseResult, evaluate_file, read_text_yaml

FIFTY = Path(__file__).parents[1] / "data" / "cases.yaml"
RESULTS = evaluate_file(FIFTY)

ONE = """
cases:
- id: T1
  period: '2025-10'
  as_of: '2025-10-31'
  household: {kind: 一般农户, house: B}
  members:
  - {n: 1, name: 周长顺, sex: 男, birth: '1979-05-05', rel: 户主, id: '539901197905051195',
     edu: 初中, labor: 普通劳动力, emp: 务农}
  income_t12: {wage: 20000, business: 0, property: 0, transfer: 0, expense: 0}
  expected: []
"""


def write(folder: Path, text: str, name: str = "cases.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def said(result: CaseResult) -> Counter[tuple[str, int | None, str]]:
    numbers = result.case.numbers
    return Counter(
        (f.code, numbers.get(f.member_id), label("severity", f.severity)) for f in result.findings
    )


def test_all_fifty_are_there() -> None:
    assert [result.case.id for result in RESULTS] == [f"K{n:02d}" for n in range(1, 51)]


@pytest.mark.parametrize("result", RESULTS, ids=lambda result: result.case.id)
def test_a_worked_case_says_exactly_what_its_author_expects(result: CaseResult) -> None:
    found = said(result)
    assert found == Counter(result.case.expected)
    for code, n in result.case.must_not:
        assert not [f for f in found if f[0] == code and n in {None, f[1]}]
    shown = {name: getattr(result.derived, name) for name in result.case.derived}
    assert shown == result.case.derived


def change(old: str, new: str) -> str:
    assert old in ONE
    return ONE.replace(old, new)


def codes(folder: Path, text: str) -> set[str]:
    (result,) = evaluate_file(write(folder, text))
    return {finding.code for finding in result.findings}


def test_the_plain_case_is_fine(tmp_path: Path) -> None:
    assert codes(tmp_path, ONE) == set()


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("house: B", "house: 没有自家房}\n  month: {HS-02: 无房", {"HS-01"}),
        ("house: B", "house: null}\n  month: {HS-02: 仍住危房", set()),
        ("house: B", "house: 没看成}\n  month: {HS-02: 仍住危房", set()),
        ("  expected",
         "  month: {CY-03: 正常还款, CY-04: 2025-12-01, EV-05: 无, MD-05: null}\n  expected",
         set()),
        ("  expected", "  prev: {members: {1: {ED-01: 说不清}}}\n  expected", set()),
        ("  expected", "  month: {FD-01: 经常不够}\n  expected", {"FD-01"}),
        ("  expected", "  month: {FD-01: often_short}\n  expected", {"FD-01"}),
        ("  expected", "  month: {FD-01: 说不清, WT-01: _not_seen}\n  expected", set()),
        ("  expected", "  month: {EV-01: [火灾, 意外事故], EV-03: ['迁出:1']}\n  expected",
         {"EV-01", "EV-03"}),
        ("  expected", "  month: {EV-01: 无, CY-02: 不适用}\n  expected", set()),
        ("emp: 务农", "emp: 待业", {"EM-01"}),
        ("emp: 务农", "emp: 待业, ans: {EM-01: 说不清}", set()),
        ("emp: 务农", "emp: 务农, med: 未参保", {"MD-01"}),
        ("emp: 务农", "emp: 务农, med: 说不清", set()),
        ("emp: 务农", "emp: 务农, phone: ''", {"D-21"}),
        ("emp: 务农", "emp: 务农, phone: ~", set()),
        ("emp: 务农", "emp: 务农, tekun: 否, boarding: 是", set()),
        ("emp: 务农", "emp: 务农, status: 死亡", set()),
        ("wage: 20000", "wage: 8699.99", {"R-01"}),
        ("{wage: 20000, business: 0, property: 0, transfer: 0, expense: 0}", "null", set()),
        ("{wage: 20000, business: 0, property: 0, transfer: 0, expense: 0}",
         "null\n  annual_per_capita: 8000", {"R-01"}),
        ("  expected", "  params: {line: 20001}\n  expected", {"R-01"}),
        ("  expected", "  params: {line: null}\n  selfpay_t12: {medical: 1e5}\n  expected",
         {"R-04"}),
        ("  expected", "  prev: {members: {1: {dis: null, health: null}}}\n  expected", set()),
    ],
)  # fmt: skip
def test_fields_are_typed_by_the_schema(
    tmp_path: Path, old: str, new: str, expected: set[str]
) -> None:
    assert codes(tmp_path, change(old, new)) == expected


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("emp: 务农", "emp: 务农, fone: '1'", "members[0].fone"),
        ("emp: 务农", "emp: 打工", "members[0].emp"),
        ("n: 1", "n: 一", "members[0].n"),
        ("'1979-05-05'", "1979-05", "members[0].birth"),
        ("emp: 务农", "emp: 务农, tekun: 也许", "members[0].tekun"),
        ("emp: 务农", "emp: 务农, dis: [肢体, 5]", "members[0].dis"),
        ("emp: 务农", "emp: 务农, sex2: 男", "members[0].sex2"),
        ("emp: 务农", "emp: null", "members[0].emp"),
        ("emp: 务农", "emp: 务农, ans: {FD-01: 够}", "members[0].ans.FD-01"),
        ("emp: 务农", "emp: 务农, ans: {CL-01: 也许}", "members[0].ans.CL-01"),
        ("house: B", "house: E", "household.house"),
        ("house: B", "house: B, roof: 瓦", "household.roof"),
        ("house: B", "house: B, flags: {boat: true}", "household.flags.boat"),
        ("house: B", "house: B, identified: 2025-13", "household.identified"),
        ("kind: 一般农户", "kind: 低收入户", "household.kind"),
        ("expense: 0}", "expense: 0, pension: 1}", "income_t12.pension"),
        ("expense: 0}", "expense: many}", "income_t12.expense"),
        (", expense: 0}", "}", "income_t12.expense"),
        ("  expected", "  month: {ZZ-01: 1}\n  expected", "month.ZZ-01"),
        ("  expected", "  month: {CL-01: 有}\n  expected", "month.CL-01"),
        ("  expected", "  month: {EV-03: ['死亡:9']}\n  expected", "month.EV-03"),
        ("  expected", "  prev: {members: {2: {emp: 务农}}}\n  expected", "prev.members.2"),
        ("  expected", "  prev: {left_reported: [7]}\n  expected", "prev.left_reported.7"),
        ("  expected", "  prev: {members: {1: {wage: 1}}}\n  expected", "prev.members.1.wage"),
        ("  expected", "  context: {ids: []}\n  expected", "context.ids"),
        ("expected: []", "expected: [{code: R-01, sev: 紫}]", "expected.sev"),
        ("period: '2025-10'", "period: 2025", "period"),
        ("  as_of: '2025-10-31'\n", "", "as_of"),
        ("  expected", "  colour: red\n  expected", "colour"),
        ("emp: 务农}",
         "emp: 务农}\n  - {n: 1, name: 周小, sex: 男, birth: '2001-01-01', rel: 之子}",
         "members"),
        ("n: 1", "n: 1.5", "members[0].n"),
        ("'1979-05-05'", "'1979-05-45'", "members[0].birth"),
        ("emp: 务农", "emp: 务农, wage: inf", "members[0].wage"),
        ("emp: 务农", "emp: 务农, dis: [肢体]", "members[0].dis"),
        ("  expected", "  month: 5\n  expected", "month"),
        ("  expected", "  params: {lime: 1}\n  expected", "params"),
        ("  expected", "  params: {line: cheap}\n  expected", "params"),
        ("  expected", "  members: []\n  expected", "members"),
    ],
)  # fmt: skip
def test_a_wrong_field_is_named_with_its_case(
    tmp_path: Path, old: str, new: str, field: str
) -> None:
    with pytest.raises(CaseFileError) as error:
        evaluate_file(write(tmp_path, change(old, new)))
    sentence = error.value.sentence()
    assert field in sentence
    assert field == "members" or "样例 T1" in sentence
    assert error.value.where.file == "cases.yaml"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "cases",
        "cases: 5",
        "[1, 2",
        "cases: &a [*a]",
        "a: &x [1]\nb: *x\ncases: []",
        "cases: " + "[" * 60 + "]" * 60,
        "cases: []\ncases: []",
        "--- {cases: []}\n--- {cases: []}",
        "{[1]: 2, cases: []}",
        "cases: []\n\x00",
    ],
)
def test_what_is_no_case_file_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(CaseFileError):
        evaluate_file(write(tmp_path, text))


def test_a_missing_binary_or_huge_file_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(CaseFileError):
        evaluate_file(tmp_path / "nowhere.yaml")
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(CaseFileError):
        evaluate_file(binary)
    monkeypatch.setattr(cases, "MAX_BYTES", 10)
    with pytest.raises(CaseFileError, match="文件太大"):
        evaluate_file(write(tmp_path, ONE))


def test_scalars_stay_text_and_only_plain_null_is_none(tmp_path: Path) -> None:
    text = (
        "{a: 否, b: 2025-08-15, c: null, d: ~, e: 'null', f: \"~\", g: 08, h: yes, i: Null, j: ''}"
    )
    assert read_text_yaml(write(tmp_path, text)) == {
        "a": "否", "b": "2025-08-15", "c": None, "d": None, "e": "null", "f": "~", "g": "08",
        "h": "yes", "i": "Null", "j": "",
    }  # fmt: skip


def test_parameters_come_from_file_then_case_then_policy(tmp_path: Path) -> None:
    text = "meta: {params: {line: 20001, line_source: 云南}}" + ONE
    assert codes(tmp_path, text) == {"R-01"}
    own = text.replace("  expected", "  params: {line: 19000}\n  expected")
    assert codes(tmp_path, own) == {"R-02"}
    policy = write(tmp_path, "line: 8700\nnear_line_ratio: '1.1'", "policy.yaml")
    (result,) = evaluate_file(write(tmp_path, own), policy)
    assert result.findings == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("p.toml", "line = 20001"),
        ("p.toml", "[parameters.line]\nvalue = 20001\n"),
        ("p.yaml", "parameters: {line: {default: 20001, unit: 元}}"),
        ("p.yaml", "params: {line: 20001}"),
        ("p.json", '{"line": 20001, "heating_months": [1, 2], "stage_ages": {"小学": [6, null]}}'),
    ],
)
def test_a_policy_file_may_be_written_in_several_ways(tmp_path: Path, name: str, text: str) -> None:
    (result,) = evaluate_file(write(tmp_path, ONE), write(tmp_path, text, name))
    assert [finding.code for finding in result.findings] == ["R-01"]


def test_a_policy_file_that_is_a_list_is_refused(tmp_path: Path) -> None:
    policy = write(tmp_path, "[1, 2]", "p.yaml")
    with pytest.raises(CaseFileError, match="应是参数名和值"):
        evaluate_file(write(tmp_path, ONE), policy)


def test_a_list_of_cases_alone_is_a_file_too(tmp_path: Path) -> None:
    (result,) = evaluate_file(write(tmp_path, ONE.replace("cases:\n", "")))
    assert result.case.id == "T1"
