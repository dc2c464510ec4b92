"""What must not be taken, through the command line: exit code, code, Chinese words, no change."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.cli import main
from app.models.household import Member
from app.models.store import Store
from app.ops import monitored, months, operators, setup, sheets
from app.ops.lives import StepInput
from app.ops.setup import ReplicaPlan
from tests.ops.levels import acting_as
from tests.ops.network import journal
from tests.ops.village import ME, OCTOBER, TODAY, add_family, answer_all

GOOD = "shanlihaofengguang9"
PLAN = ReplicaPlan("village", "539901101201", "上坝村", "张卫东")
MEETING = ("--set", "meeting_on=2025-10-20", "--set", "votes_yes=18", "--set", "votes_no=2",
           "--set", "votes_abstain=1")  # fmt: skip
Ids = dict[str, str]


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Ids]:
    """Return a village with a warning, a measure, a clue to deliberate on, and who is who."""
    folder = tmp_path_factory.mktemp("refusals") / "village"
    setup.create_replica(folder, PLAN, GOOD)
    store = setup.open_replica(folder, GOOD, "测试", clock=None)
    ids = prepared(store)
    store.close()
    return folder, ids


def prepared(store: Store) -> Ids:
    home = add_family(store)
    for name, role in (("小李", "entry"), ("老王", "readonly")):
        operators.add_operator(store, ME, name, role)
    months.open_period(store, ME, OCTOBER, TODAY)
    sheet_id = answer_all(store, home, {("WT-01", ""): "short"})
    (water,) = sheets.submit_sheet(store, ME, sheet_id, TODAY).opened
    clue = monitored.NewClue(home, "self_report", "大病", TODAY)
    case_id = monitored.register_clue(store, ME, clue, TODAY)[0].item_id
    verified = {"team": "张卫东、李会计", "object_type": "edge_prone", "causes": "因病",
                "negative_conclusion": "没有", "letter_signed_on": "2025-10-20"}  # fmt: skip
    with acting_as(store, "township"):
        given = StepInput("", TODAY, {"team": "王芳、刘洋"})
        monitored.act_case(store, ME, case_id, "accept", given, TODAY)
    monitored.act_case(store, ME, case_id, "verify", StepInput("", TODAY, verified), TODAY)
    with store.read() as session:
        people = {m.name: m.id for m in session.scalars(select(Member))}
    return {"home": home, "water": water, "case": case_id, "head": people["赵德福"]}


@pytest.fixture
def run(
    village: tuple[Path, Ids], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[int, dict[str, Any], str]]:
    monkeypatch.setenv("ZHUCUN_PASSPHRASE", GOOD)

    def call(*words: str, who: str = "张卫东") -> tuple[int, dict[str, Any], str]:
        code = main.run(
            ["--data", str(village[0]), "--json", "--as", who, "--today", "2025-10-20", *words]
        )
        shown = capsys.readouterr()
        return code, json.loads(shown.out), shown.err

    return call


def changesets(folder: Path) -> int:
    store = setup.open_replica(folder, GOOD, "测试")
    found = len(journal(store))
    store.close()
    return found


REFUSED: list[tuple[str, tuple[str, ...], str, str, str]] = [
    (
        "a step out of order", ("warning", "act", "{water}", "request-close"),
        "E411", "“系统提示”的预警不能由行政村办“申请销号”", "",
    ),
    (
        "a step that no table has", ("warning", "act", "{water}", "销号吧"),
        "E411", "现在能办：确认上报（confirm）、不属实（false-alarm）、先行救助（urgent）", "",
    ),
    (
        "a date before the one it depends on",
        ("warning", "act", "{water}", "confirm", "--date", "2025-10-19"),
        "E413", "早于登记那天（2025-10-20）", "",
    ),
    (
        "a date to come", ("warning", "act", "{water}", "confirm", "--date", "2025-10-21"),
        "E413", "晚于今天", "",
    ),
    (
        "more votes than people", ("case", "act", "{case}", "publicise", "--set", "present=20",
                                   *MEETING),
        "E416", "表决21票，多于到会20人", "votes_yes",
    ),
    (
        "a meeting before what it deliberates on",
        ("case", "act", "{case}", "publicise", "--set", "present=21", *MEETING,
         "--set", "meeting_on=2025-10-01"),
        "E413", "早于上一步", "meeting_on",
    ),
    (
        "other without words", ("warning", "act", "{water}", "false-alarm", "--set",
                                "reason=其他", "--set", "second_person=李会计"),
        "E416", "选“其他”要写明", "note",
    ),
    (
        "a red one dismissed by one person",
        ("warning", "act", "{water}", "false-alarm", "--set", "reason=录入错误"),
        "E412", "“不属实”还缺：第二人姓名", "second_person",
    ),
    (
        "a case for a household that has one",
        ("clue", "open", "--household", "2", "--set", "clue_source=cadre", "--set", "text=又一条"),
        "E421", "这户已有在办的线索或监测对象（待评议）", "",
    ),
    (
        "a death of the head with the household still open",
        ("change", "act", "{death}", "submit"),
        "E422", "请先办户主变更", "",
    ),
    (
        "a measure that answers nothing",
        ("measure", "open", "--household", "2", "--set", "measure_category=water",
         "--set", "measure_kind=应急送水", "--set", "responsible_person=刘水管"),
        "E424", "要写针对哪个风险原因或哪条预警", "",
    ),
    (
        "data that nothing would come of",
        ("warning", "act", "{water}", "confirm", "--set", "foo=bar"),
        "E425", "可以带：due_on（到期日）", "foo",
    ),
    (
        "data that a register has no place for",
        ("clue", "open", "--household", "2", "--set", "clue_source=cadre", "--set", "text=x",
         "--set", "phone=1"),
        "E425", "“登记”没有这样的资料：phone", "phone",
    ),
    (
        "an order without its data", ("case", "act", "{case}", "publicise"),
        "E412", "评议会日期、到会人数、同意票、反对票、弃权票",
        "meeting_on,present,votes_yes,votes_no,votes_abstain",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "code", "said", "column"), [row[1:] for row in REFUSED],
    ids=[row[0].replace(" ", "-") for row in REFUSED],
)  # fmt: skip
def test_it_is_refused_with_the_reason_and_the_way_out_and_nothing_changes(
    run: Any, village: tuple[Path, Ids], words: tuple[str, ...], code: str, said: str, column: str
) -> None:
    folder, ids = village
    if "{death}" in words and "death" not in ids:
        _, out, _ = run("change", "open", "--household", "2", "--set", "change_kind=decrease",
                        "--set", "reason=death", "--set", f"member_id={ids['head']}",
                        "--set", "effective_on=2025-10-19", "--set", "proof=火化证")  # fmt: skip
        ids["death"] = out["item"]["id"]
    before = changesets(folder)
    exit_code, out, err = run(*(word.format(**ids) for word in words))
    assert (exit_code, out["error"]["code"]) == (1, code), out
    message = out["error"]["message"]
    assert said in message
    assert "数据没有变" in message
    assert out["error"]["where"].get("column", "") == column
    assert "赵德福" not in err
    assert changesets(folder) == before


def test_a_measure_that_nobody_enjoys_is_none(run: Any, village: tuple[Path, Ids]) -> None:
    _, out, _ = run("measure", "open", "--household", "2", "--set", "measure_category=health",
                    "--set", "measure_kind=大病救治", "--set", "responsible_person=李会计",
                    "--set", "cause=因病")  # fmt: skip
    measure = out["item"]["id"]
    run("measure", "act", measure, "start")
    code, out, err = run("measure", "act", measure, "finish", "--note", "好", "--set",
                         "beneficiary=钱不在")  # fmt: skip
    assert (code, out["error"]["code"]) == (1, "E424")
    assert "有措施无人享受" in out["error"]["message"]
    assert "钱不在" not in err
    code, out, _ = run("measure", "act", measure, "terminate", "--set", "reason=其他")
    assert (code, out["error"]["code"], out["error"]["where"]["column"]) == (1, "E416", "note")


@pytest.mark.parametrize(
    ("who", "verb", "said"),
    [("老王", ("warning", "act", "{water}", "confirm"), "只读不能办“确认上报”"),
     ("小李", ("campaign", "act", "{campaign}", "start"), "请由组长办理")],
)  # fmt: skip
def test_a_role_is_told_who_may(
    run: Any, village: tuple[Path, Ids], who: str, verb: tuple[str, ...], said: str
) -> None:
    _, out, _ = run("campaign", "open", "--set", "campaign_kind=回头看", "--set", "name=秋季")
    ids = village[1] | {"campaign": out["item"]["id"]}
    code, out, _ = run(*(word.format(**ids) for word in verb), who=who)
    assert (code, out["error"]["code"]) == (1, "E415")
    assert said in out["error"]["message"]


@pytest.mark.parametrize(
    ("who", "verb", "said"),
    [("老王", ("visit", "open", "--household", "2", "--set", "visit_way=onsite"),
      "村·只读不能改“走访记录”。数据没有变。请由录入、组长办理"),
     ("小李", ("issue", "open", "--set", "source=督导", "--set", "text=路坏了"),
      "村·录入不能改“问题”。数据没有变。请由组长办理")],
)  # fmt: skip
def test_a_role_that_may_not_begin_something_is_told_who_may_and_named_nowhere(
    run: Any, who: str, verb: tuple[str, ...], said: str
) -> None:
    code, out, err = run(*verb, who=who)
    assert (code, out["error"]["code"]) == (1, "E107")
    assert said in out["error"]["message"]
    assert who not in err


def test_routine_tasks_are_ticked_off_and_on_again(run: Any) -> None:
    code, out, _ = run("deadline", "done", "monthly_screening", "--note", "走完")
    ticked = {item["key"]: (item["done_on"], item["done_by"]) for item in out["items"]}
    assert (code, ticked["monthly_screening"]) == (0, ("2025-10-20", "张卫东"))
    code, out, _ = run("deadline", "done", "monthly_screening", "--undo")
    assert {item["done_on"] for item in out["items"]} == {None}
    code, out, _ = run("deadline", "done", "no_such")
    assert (code, out["error"]["code"]) == (1, "E426")


@pytest.mark.parametrize(
    ("words", "code"),
    [(("roster", "show", "赵德福"), "E001"), (("warning", "show", "赵德福"), "E410"),
     (("case", "show", "赵德福"), "E420"),
     (("clue", "open", "--household", "赵德福福", "--set", "clue_source=cadre", "--set", "text=x"),
      "E405")],
)  # fmt: skip
def test_a_name_that_was_typed_is_not_said_again_on_standard_error(
    run: Any, words: tuple[str, ...], code: str
) -> None:
    exit_code, out, err = run(*words)
    assert (exit_code, out["error"]["code"]) == (2 if code == "E001" else 1, code)
    assert err
    assert "赵德福" not in err
