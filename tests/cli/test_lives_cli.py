"""``clue case change measure visit doubt negative campaign issue deadline``: JSON and refusals."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.models.household import Household
from app.ops import setup
from tests.cli.calls import GOOD, make_village, result, zhucun
from tests.ops.village import ME


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a village with a red warning in it."""
    folder = tmp_path_factory.mktemp("lives") / "village"
    return make_village(folder, {("WT-01", ""): "short"})


@pytest.fixture
def run(folder: Path) -> Any:
    def call(*words: str, today: str = "2025-10-20") -> tuple[int, dict[str, Any]]:
        code, out, _ = zhucun(folder, "--json", "--today", today, *words)
        return code, result(out)

    return call


@pytest.fixture
def told(folder: Path) -> Callable[..., tuple[int, str, str]]:
    """Return how a verb answers without ``--json``: exit code, output, standard error."""
    return lambda *words: zhucun(folder, "--today", "2025-10-20", *words)


def test_a_clue_is_opened_shown_and_refused_a_step_of_the_township(run: Any) -> None:
    code, out = run("clue", "open", "--household", "2", "--set", "clue_source=农户自主申报",
                    "--set", "text=大病住院")  # fmt: skip
    assert code == 0
    item = out["item"]
    assert {"state", "state_label", "actions", "history", "due_on", "steps", "checks"} <= set(item)
    assert (item["state"], item["state_label"], item["due_on"]) == ("clue", "线索", "2025-10-22")
    assert [i["id"] for i in run("clue", "list")[1]["items"]] == [item["id"]]
    code, out = run("clue", "act", item["id"], "accept", "--set", "team=王芳、刘洋")
    assert (code, out["error"]["code"]) == (1, "E411")
    assert "待核实" not in out["error"]["message"]
    code, out = run("clue", "open", "--household", "2", "--set", "clue_source=cadre",
                    "--set", "text=又一条")  # fmt: skip
    assert (code, out["error"]["code"]) == (1, "E421")
    assert run("case", "to-type")[1] == {"items": []}
    assert run("case", "list")[1] == {"items": []}


def test_a_measure_is_planned_and_led_on_with_what_it_needs(run: Any) -> None:
    code, out = run(
        "measure", "open", "--household", "赵德福", "--set", "measure_category=健康帮扶",
        "--set", "measure_kind=大病救治", "--set", "responsible_person=李会计",
        "--set", "cause=illness", "--set", "planned_end_on=2025-10-25",
    )  # fmt: skip
    assert (code, out["item"]["state_label"]) == (0, "拟定")
    measure_id = out["item"]["id"]
    assert run("measure", "act", measure_id, "start")[1]["item"]["state"] == "running"
    code, out = run("measure", "act", measure_id, "finish", "--note", "已报销")
    assert (code, out["error"]["code"]) == (1, "E412")
    assert "受益人" in out["error"]["message"]
    code, out = run("measure", "act", measure_id, "finish", "--note", "已报销",
                    "--set", "beneficiary=无人")  # fmt: skip
    assert (code, out["error"]["code"]) == (1, "E424")
    code, out = run("measure", "act", measure_id, "finish", "--note", "已报销",
                    "--set", "beneficiary=全户")  # fmt: skip
    assert out["item"]["history"][-1]["values"]["beneficiary"] == "全户"
    code, out = run("measure", "open", "--household", "2", "--set", "measure_kind=低保")
    assert (code, out["error"]["code"]) == (1, "E412")
    assert out["error"]["where"] == {"column": "measure_category,responsible_person"}


def test_a_change_a_visit_a_campaign_and_an_issue(run: Any) -> None:
    code, out = run("change", "open", "--household", "2", "--set", "change_kind=increase",
                    "--set", "reason=birth")  # fmt: skip
    assert (code, out["item"]["state_label"]) == (0, "待办理")
    code, out = run("change", "act", out["item"]["id"], "submit")
    assert (code, out["error"]["code"]) == (1, "E412")
    code, out = run("visit", "open", "--household", "2", "--set", "visit_way=入户见到户主")
    assert (code, out["item"]["purpose"]) == (0, "follow_up")
    assert run("visit", "act", out["item"]["id"], "close")[1]["error"]["code"] == "E411"
    code, out = run("campaign", "open", "--set", "campaign_kind=回头看", "--set", "name=秋季回头看")
    campaign = out["item"]["id"]
    assert run("campaign", "act", campaign, "start")[1]["item"]["state"] == "running"
    code, out = run("campaign", "result", campaign, "--household", "2", "--result", "无问题")
    found = {"due": 1, "checked": 1, "problems": 0, "not_checked": [], "issue_opened": False}
    assert out == found
    code, out = run("issue", "open", "--set", "source=督导", "--set", "text=缺签字")
    assert (code, out["item"]["state_label"]) == (0, "待整改")


def test_deadlines_name_who_holds_what(run: Any) -> None:
    code, out = run("deadline", "list", "--overdue", today="2025-10-25")
    assert code == 0
    assert "warning" in {item["subject"] for item in out["items"]}
    assert {"holder", "holder_label", "overdue_days", "escalated_to"} <= set(out["items"][0])
    water = next(item for item in out["items"] if item["subject"] == "warning")
    named = [water[f"{name}_label"] for name in ("subject", "escalated_to", "severity")]
    assert named == ["预警", "镇", "红"]
    code, out = run("month", "status", "2025-10")
    assert {line["sheet_state_label"] for line in out["not_visited"]} <= {
        "未填",
        "部分完成",
        "已完成",
    }
    own = run("device", "list")[1]
    assert (own["state_label"], own["devices"][0]["state_label"]) == ("没有登记", "没有登记")
    keys = [item["key"] for item in run("deadline", "tasks")[1]["items"]]
    weekly = ["work_day-17", "work_day-24"]
    assert keys == ["work_day-10", "visit_day", *weekly, "monthly_screening", "work_day-31"]


def test_a_month_is_checked_for_one_household_by_number_or_name_and_for_nobody_unknown(
    run: Any,
) -> None:
    for words in ("2", "赵德福"):
        assert run("month", "check", "2025-10", "--household", words)[1]["households"] == 1
    code, out = run("month", "check", "2025-10", "--household", "99")
    assert (code, out["error"]["code"]) == (1, "E405")


def test_who_is_not_known_reads_nothing(run: Any) -> None:
    for verb in (("warning", "list"), ("month", "status", "2025-10"), ("deadline", "list")):
        code, out = run("--as", "没有人", *verb)
        assert (code, out["error"]["code"]) == (1, "E110")


def test_a_month_that_is_not_ready_is_not_closed(run: Any) -> None:
    code, out = run("month", "close", "2025-10")
    assert (code, out["error"]["code"]) == (1, "E423")
    assert "系统提示" in out["error"]["message"]


def test_a_warning_is_opened_by_hand_and_several_go_in_a_batch(run: Any) -> None:
    code, out = run("warning", "open", "--household", "2", "--note", "屋后滑坡危险",
                    "--set", "severity=yellow", "--set", "message=屋后滑坡")  # fmt: skip
    assert (code, out["warning"]["state"]) == (0, "pending_township")
    water = next(w for w in run("warning", "list")[1]["warnings"] if w["code"] == "WT-01")
    code, out = run("warning", "batch", "confirm", water["id"])
    assert out == {"done": [], "skipped": [{"id": water["id"], "reason": "红色要逐条看"}]}


@pytest.mark.parametrize(("verb", "given"), [("doubt", "D-05"), ("negative", "N-02")])
def test_a_doubt_and_a_negative_check_may_come_from_above(run: Any, verb: str, given: str) -> None:
    code, out = run(verb, "open", "--household", "2", "--set", f"code={given}",
                    "--set", "message=上级比对发现")  # fmt: skip
    assert (code, out["item"]["state_label"]) == (0, "待核实")
    action = "confirm-ok" if verb == "doubt" else "harmless"
    proof = ("--note", "已看原件", "--set", "proof=身份证")
    code, out = run(verb, "act", out["item"]["id"], action, *proof)
    assert (code, out["item"]["actions"]) == (0, [])
    code, out = run(verb, "open", "--household", "2", "--set", "code=X-99", "--set", "message=x")
    assert (code, out["error"]["code"]) == (1, "E416")


@pytest.mark.parametrize("verb", ["doubt", "negative", "case", "campaign", "issue", "visit"])
def test_every_register_lists_and_names_an_unknown_id(run: Any, verb: str) -> None:
    code, out = run(verb, "list", "--all")
    assert (code, list(out)) == (0, ["items"])
    code, out = run(verb, "show", "nobody")
    assert (code, out["error"]["code"]) == (1, "E420")


def test_an_action_goes_by_its_word_too_and_a_page_is_told_in_lines(run: Any, told: Any) -> None:
    made = run("doubt", "open", "--household", "2", "--set", "code=D-06", "--set", "message=比对")
    doubt_id = made[1]["item"]["id"]
    code, out, _ = told("doubt", "show", doubt_id)
    assert code == 0
    assert "现在能办：" in out
    assert "　确认无误（confirm-ok），要带说明（note）、佐证（proof）\n" in out
    code, out, err = told("doubt", "act", doubt_id, "确认无误")
    assert (code, out) == (1, "")
    assert "还缺：说明、佐证" in err
    assert "（编号 E412，字段 note,proof）" in err
    given = ("--note", "已看原件", "--set", "proof=身份证")
    assert told("doubt", "act", doubt_id, "确认无误", *given)[0] == 0
    _, out, _ = told("doubt", "show", doubt_id)
    assert "办过：\n　2025-10-20 行政村 张卫东 确认无误：已看原件" in out
    water = next(w for w in run("warning", "list")[1]["warnings"] if w["code"] == "WT-01")
    assert (water["holder_label"], water["escalated_to_label"]) == ("行政村", "行政村")
    code, out, _ = told("warning", "show", water["id"])
    assert (code, out.count("{")) == (0, 0)
    assert "　确认上报（confirm）" in out
    code, out, _ = told("warning", "batch", "确认上报", water["id"])
    assert (code, out) == (0, "办了0条，跳过1条。\n")
    assert told("warning", "act", water["id"], "确认上报")[0] == 0
    history = run("warning", "show", water["id"])[1]["warning"]["history"]
    assert (history[-1]["action"], history[-1]["level_label"]) == ("confirm", "行政村")


def test_the_history_says_words_for_keys(run: Any, told: Any, folder: Path) -> None:
    store = setup.open_replica(folder, GOOD, "测试")
    with store.write("test.kind", ME) as session:
        home = session.scalars(select(Household)).one()
        home.household_kind = "ordinary"
    store.close()
    code, out, _ = told("history", "--field", "household_kind")
    assert code == 0
    assert "户类型：脱贫户 → 一般农户" in out
    (change,) = run("history", "--field", "household_kind")[1]["changes"]
    assert (change["level_label"], change["state_label"]) == ("行政村", "有效")


def test_a_table_is_written_as_a_workbook_or_not_at_all(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "户.csv"
    code, out = run("roster", "export", "--out", str(path))
    assert (code, out["error"]["code"], path.exists()) == (2, "E001", False)
    assert "只能写成 .xlsx" in out["error"]["message"]
