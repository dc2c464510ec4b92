"""Attacks by devices that are enrolled and whose owner has the keys: what they may not do."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.domain.changeset import (
    NEW_ROW,
    Chain,
    FieldChange,
    Head,
    parse_line,
)
from app.domain.merge import Gap, Place
from app.models.base import natural_id
from app.models.household import Household
from app.models.replica import RevocationCut
from app.ops import devices, doctor, exchange, sheets, warnings, workbench
from app.sync import local
from app.sync.abridging import make_base
from app.sync.base import seal_base
from app.sync.errors import (
    CountError,
    ManifestError,
    TooMuchWaitingError,
)
from app.sync.package import Content
from app.sync.parcels import Wish
from app.sync.receipt import Receipt, Waiting
from tests.conftest import NOW, TOWNSHIP, VILLAGE, StoreMaker
from tests.ops.network import ME, Network, build, content, dump, enrol
from tests.ops.thief import Thief
from tests.ops.village import OCTOBER, TODAY, add_family, answer_all, open_october

POLICY_OF_TOWNSHIP = f"policy:{TOWNSHIP}"


@pytest.fixture
def network(new_store: StoreMaker, tmp_path: Path) -> Network:
    return build(new_store, tmp_path / "stick")


@pytest.fixture
def thief(network: Network, tmp_path: Path) -> Thief:
    return Thief(network.village, tmp_path)


def test_numbers_beyond_all_measure_in_a_receipt_are_refused(
    network: Network, thief: Thief
) -> None:
    village, township = network.village, network.township
    add_family(village)
    network.send(village, township)
    chain = Chain(township.device_id, "e" * 32, VILLAGE)
    gap = Gap(chain, 1, 2**70)
    for receipt in (
        Receipt({chain: Head(2**70, "0" * 64)}, {}),
        Receipt({}, {Place(chain, 2**70): "越权"}),
        Receipt({}, {}, (Waiting(gap, (gap,)),)),
        Receipt({}, {}, history=(gap,)),
    ):
        before = dump(township)
        with pytest.raises(CountError):
            thief.send(township, receipt=receipt)
        assert dump(township) == before


def test_a_package_number_beyond_all_measure_is_refused(network: Network, thief: Thief) -> None:
    for number in (0, 2**63, 2**64 - 1):
        path = thief.package(
            network.township, Content(thief.certificates(), (), Receipt({}, {})), number
        )
        before = dump(network.township)
        with pytest.raises(ManifestError):
            exchange.import_package(network.township, ME, path, NOW)
        assert dump(network.township) == before


def edit(household: str, field: str, value: Any) -> FieldChange:
    return FieldChange("household", household, field, None, value)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("farmland_mu", "1E+999999999"),
        ("farmland_mu", "NaN"),
        ("farmland_mu", 1.5),
        ("farmland_mu", "1" * 5000),
        ("position", 2**63),
        ("position", True),
        ("removed_on", "0001-01-01"),
        ("removed_on", "9999-12-31"),
        ("removed_on", "20251020"),
        ("flags", None),
        ("note", ["x"]),
        ("id", "y"),
        ("scope", "539901101202"),
        ("no_such", "x"),
    ],
)
def test_a_value_that_no_column_may_hold_is_void_and_quickly(
    network: Network, thief: Thief, field: str, value: Any
) -> None:
    household = add_family(network.village)
    network.send(network.village, network.township)
    before = content(network.township)
    found = thief.send(network.township, thief.line([edit(household, field, value)]))
    assert [line.reason for line in found.void] == ["内容不合格式：household"]
    assert content(network.township) == before


@pytest.mark.parametrize(
    ("field", "text"),
    [
        *(("period", text) for text in ("zz", "", "2025-13", "2025-1", " 2025-10", "２０２５-10")),
        ("severity", "purple"),
        *(("values", text) for text in ("zz", "[]", "[" * 9000)),
    ],
)
def test_a_text_that_has_not_its_form_is_void_and_the_townships_pages_open(
    network: Network, thief: Thief, field: str, text: str
) -> None:
    household = add_family(network.village)
    open_october(network.village)
    sheet = answer_all(network.village, household, {("WT-01", ""): "short"})
    (warning,) = sheets.submit_sheet(network.village, ME, sheet, TODAY).opened
    network.send(network.village, network.township)
    change = FieldChange("warning", warning, field, None, text)
    found = thief.send(network.township, thief.line([change]))
    assert [line.reason for line in found.void] == ["内容不合格式：warning"]
    assert warnings.list_warnings(network.township, TODAY)
    assert workbench.workbench(network.township, OCTOBER, TODAY) is not None


def test_an_amount_that_is_none_is_void(network: Network, thief: Thief) -> None:
    household = add_family(network.village)
    open_october(network.village)
    sheet = answer_all(network.village, household)
    network.send(network.village, network.township)
    change = FieldChange("sheet", sheet, "per_capita", None, "很多")
    assert thief.send(network.township, thief.line([change])).void


def test_a_time_that_is_none_is_kept_as_text_and_breaks_nothing(
    network: Network, thief: Thief
) -> None:
    household = add_family(network.village)
    network.send(network.village, network.township)
    for at in ("garbage", "", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+14:00", "１９９０"):
        exchange_ = thief.send(network.township, thief.line([edit(household, "note", "x")], at=at))
        assert exchange_.void or exchange_.applied or exchange_.already_known or exchange_.forked
    network.send(network.township, network.county)
    assert all(check.ok for check in doctor.examine(network.township) if check.check == "chains")


# ---------------------------------------------------------------- a township that oversteps


@pytest.mark.parametrize("text", ["", "x", "{}\n" + "0" * 128 + "\n", "\n\n", "[" * 9000])
def test_a_certificate_that_is_none_in_the_trust_list_harms_nobody(
    network: Network, tmp_path: Path, text: str
) -> None:
    township = Thief(network.township, tmp_path)
    values = {
        "scope": POLICY_OF_TOWNSHIP, "level": "village", "area_code": VILLAGE, "name": "假",
        "issuer_id": "a" * 32, "root_id": "b" * 32, "certificate": text, "epochs": "",
        "state": "active",
    }  # fmt: skip
    change = FieldChange("device", "d" * 32, NEW_ROW, None, values)
    for receiver in (network.village, network.county):
        network.send(network.township, receiver)
        found = township.send(receiver, township.line([change], POLICY_OF_TOWNSHIP))
        assert [line.reason for line in found.void] == ["内容不合格式：device"]
    household = add_family(network.village)
    network.send(network.village, network.township)
    network.send(network.county, network.township)
    with network.township.read() as session:
        assert session.get(Household, household) is not None


def cut(device_id: str, scope: str) -> RevocationCut:
    chain = (device_id, "e" * 32, VILLAGE)
    return RevocationCut(
        id=natural_id("revocation_cut", scope, *chain), scope=scope, device_id=device_id,
        epoch=chain[1], chain_scope=VILLAGE, number=0, digest="", reason="假的",
        revoked_on=NOW.date(),
    )  # fmt: skip


def test_a_township_cuts_neither_its_county_nor_itself(network: Network) -> None:
    with network.township.write("test.cut", ME, "假的") as session:
        session.add(cut(network.county.device_id, POLICY_OF_TOWNSHIP))
    network.send(network.township, network.county)
    network.send(network.township, network.village)
    for store in (network.county, network.township, network.village):
        with store.read() as session:
            assert devices.trust_of(session, local.load(session)).revoked == frozenset()
    network.send(network.county, network.township)


def test_a_township_cuts_no_village_of_another_township(
    network: Network, new_store: StoreMaker, tmp_path: Path
) -> None:
    elsewhere = new_store("township", "539901102000", "别的镇")
    theirs = new_store("village", "539901102201", "别的村")
    enrol(network.county, elsewhere, tmp_path)
    enrol(elsewhere, theirs, tmp_path)
    with theirs.write("test.household", ME) as session:
        session.add(
            Household(id="h9", scope="539901102201", household_no="9", household_kind="lifted")
        )
    network.send(theirs, elsewhere)
    with network.township.write("test.cut", ME, "假的") as session:
        session.add(cut(theirs.device_id, POLICY_OF_TOWNSHIP))
    network.send(network.township, network.county)
    network.send(elsewhere, network.county)
    with network.county.read() as session:
        assert devices.trust_of(session, local.load(session)).revoked == frozenset()
        assert session.get(Household, "h9") is not None


# ---------------------------------------------------------------- sizes and bases


def test_a_roster_entered_at_once_of_over_8_mib_travels(network: Network) -> None:
    with network.village.write("test.roster", ME) as session:
        for number in range(10):
            note = "一" * 350_000
            session.add(
                Household(
                    id=f"h{number}", scope=VILLAGE, household_no=str(number),
                    household_kind="lifted", note=note,
                )
            )  # fmt: skip
    network.send(network.village, network.township)
    assert content(network.township)["household"] == content(network.village)["household"]


def test_a_base_that_fits_no_file_is_not_made_and_the_past_goes_instead(
    network: Network, new_store: StoreMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_family(network.village)
    network.send(network.village, network.township)
    laptop = new_store("village", VILLAGE, "上坝村")
    enrol(network.township, laptop, tmp_path)
    monkeypatch.setattr("app.sync.parcels._LARGEST_BASE", 100)
    path = tmp_path / "底册"
    made = exchange.export_package(network.township, ME, laptop.device_id, path, NOW, Wish.BASE)
    assert made.bases == 0
    exchange.import_package(laptop, ME, made.path, NOW)
    assert content(laptop)["household"] == content(network.township)["household"]


def test_what_a_falsified_base_made_up_is_gone_when_the_past_comes(
    network: Network, new_store: StoreMaker, tmp_path: Path
) -> None:
    """A superior that lies in a base is found out by the chain that follows it."""
    household = add_family(network.village)
    with network.village.write("test.note", ME, "核实") as session:
        session.get_one(Household, household).note = "真的"
    network.send(network.village, network.township)
    laptop = new_store("village", VILLAGE, "上坝村")
    enrol(network.township, laptop, tmp_path)
    liar = Thief(network.township, tmp_path)
    with network.township.read() as session:
        me = local.load(session)
        true = make_base(session, VILLAGE, devices.trust_of(session, me), devices.stamp(NOW))
        assert true is not None
        made_up = dict(
            next(
                c.new for line in true.lines for c in parse_line(line).changes
                if c.row == household and c.field == NEW_ROW
            )
        )  # fmt: skip
    made_up |= {"household_no": "99", "note": "编的"}
    lies = []
    for line in true.lines:
        old = parse_line(line)
        false = [
            c._replace(new="假的") if (c.row, c.field) == (household, "note") else c
            for c in old.changes
        ]
        false.append(FieldChange("household", "made-up", NEW_ROW, None, made_up))
        lies.append(replace(old, changes=tuple(false)).line())
    base = seal_base(me.keys, replace(true, lines=tuple(lies)))
    receipt = Receipt({}, {})
    certificates = (*liar.certificates(), *Thief(network.village, tmp_path).certificates())
    path = liar.package(laptop, Content(certificates, (), receipt, (base,)))
    exchange.import_package(laptop, ME, path, NOW)
    with laptop.read() as session:
        assert session.get_one(Household, household).note == "假的"  # its superior's word
    network.send(laptop, network.township)
    network.send(network.township, laptop)
    assert content(laptop)["household"] == content(network.village)["household"]
    assert all(check.ok for check in doctor.examine(laptop) if check.check != "disk")


# ---------------------------------------------------------------- what only waits


def test_a_device_cannot_fill_the_list_of_what_waits(
    network: Network, thief: Thief, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may leave out its first number; nobody's else work is refused for it."""
    monkeypatch.setattr("app.sync.kept.MAX_KEPT", 2)
    village, township = network.village, network.township
    for number in range(4):
        with village.write("test.household", ME, "核实") as session:
            session.add(Household(scope=VILLAGE, household_no=str(number), household_kind="lifted"))
    assert thief.send(township, thief.run(2, 3)).waiting == 2
    before = dump(township)
    with pytest.raises(TooMuchWaitingError) as caught:
        thief.send(township, thief.run(2, 4))
    assert "上坝村" in caught.value.user_text()
    assert dump(township) == before
    network.send(network.county, township)
    assert thief.send(township, thief.run(1, 4)).applied == 4
