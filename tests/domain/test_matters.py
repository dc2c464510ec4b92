"""One fact is one card."""

from app.domain.household import Finding
from app.domain.matters import Matter, group
from tests.domain.build import POLICY


def hit(code: str, member: str = "", severity: str = "orange", *parts: str) -> Finding:
    return Finding(code, member, severity, f"{code} {member}", parts=parts)


def cards(*findings: Finding, **known: object) -> list[Matter]:
    return group(findings, POLICY, **known)  # type: ignore[arg-type]


def shape(*findings: Finding) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(m.label, m.member_id, tuple(f.code for f in m.findings)) for m in cards(*findings)]


def test_dropout_is_one_red_card() -> None:
    (card,) = cards(hit("ED-01", "3"), hit("R-07", "3", "red"), hit("R-16", "", "red", "ED-01"))
    assert (card.topic, card.member_id, card.severity) == ("schooling", "3", "red")
    assert len(card.findings) == 3


def test_two_children_are_two_cards() -> None:
    assert shape(hit("ED-01", "3"), hit("ED-01", "4"), hit("R-07", "4")) == [
        ("上学", "3", ("ED-01",)),
        ("上学", "4", ("ED-01", "R-07")),
    ]


def test_a_death_joins_all_that_it_brings() -> None:
    assert shape(
        hit("EV-01", "", "orange", "bereavement"),
        hit("EV-03", "", "yellow", "death:1"),
        hit("R-10", "1", "red"),
        hit("D-05", "", "blue"),
        hit("D-29", "", "blue"),
    ) == [("亡故", "1", ("EV-01", "EV-03", "R-10", "D-05", "D-29"))]


def test_without_a_death_a_missing_head_stands_alone_and_moves_are_natural_changes() -> None:
    assert shape(hit("D-05", "", "blue"), hit("EV-03", "", "yellow", "birth:3")) == [
        ("户主人数异常", "", ("D-05",)),
        ("待办：自然变更", "", ("EV-03",)),
    ]


def test_an_accident_joins_the_injured_person() -> None:
    assert shape(
        hit("EV-01", "", "orange", "accident"), hit("R-09", "1"), hit("R-10", "1", "red"),
        hit("SS-04", "1"), hit("SS-04", "2"),
    ) == [("伤残", "1", ("EV-01", "R-09", "R-10", "SS-04")), ("待遇", "", ("SS-04",))]  # fmt: skip


def test_a_flood_joins_house_water_and_harvest() -> None:
    assert shape(
        hit("EV-01", "", "orange", "flood"), hit("CY-01", "", "orange", "total_loss"),
        hit("HS-03"), hit("WT-05"), hit("LV-01", "", "red"), hit("EV-02"),
    ) == [
        ("受灾", "", ("EV-01", "CY-01", "HS-03", "WT-05", "LV-01")),
        ("EV-02 ", "", ("EV-02",)),
    ]  # fmt: skip


def test_what_was_open_before_is_not_part_of_the_flood() -> None:
    found = [hit("EV-01", "", "orange", "flood"), hit("HS-03")]
    labels = [card.label for card in cards(*found, earlier={("HS-03", "")})]
    assert labels == ["受灾", "住房"]


def test_without_a_disaster_house_and_water_are_their_own() -> None:
    assert shape(
        hit("HS-03"), hit("WT-01"), hit("WT-02"), hit("CY-01", "", "yellow", "unsold")
    ) == [
        ("住房", "", ("HS-03",)),
        ("饮水", "", ("WT-01", "WT-02")),
        ("CY-01 ", "", ("CY-01",)),
    ]


def test_a_warning_of_several_is_counted_once_and_shown_on_the_others() -> None:
    both = hit("EV-01", "", "orange", "flood", "illness")
    first, second = cards(both, hit("R-06", "2"), hit("WT-05"))
    assert (first.label, first.findings) == ("大病", (both, hit("R-06", "2")))
    assert (second.label, second.findings, second.references) == ("受灾", (hit("WT-05"),), (both,))


def test_income_wages_and_measures() -> None:
    assert shape(
        hit("R-01", "", "red"), hit("C-02"), hit("IN-05"), hit("EM-03", "1", "orange", "unpaid"),
        hit("EM-03", "2", "orange", "cancelled"), hit("R-15"), hit("BF-02"),
    ) == [
        ("收入", "", ("R-01", "C-02")),
        ("欠薪", "", ("IN-05", "EM-03")),
        ("EM-03 2", "2", ("EM-03",)),
        ("措施", "", ("R-15", "BF-02")),
    ]  # fmt: skip


def test_banner_and_coverage_say_so() -> None:
    modes = {card.topic: card.mode for card in cards(hit("R-13"), hit("BF-01", "", "yellow"))}
    assert modes == {"overdue": "banner", "coverage": "coverage"}


def test_no_finding_is_ever_lost_or_counted_twice() -> None:
    found = [hit(code, member) for code in POLICY.rules for member in ("", "1", "2")]
    counted = [f for card in cards(*found) for f in card.findings]
    assert sorted(map(repr, counted)) == sorted(map(repr, found))
