"""Parameter packs as people handle them: what holds when, what a file changes, import."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.domain.catalogue import CatalogueError
from app.domain.ownership import POLICY, Actor
from app.domain.period import Period
from app.domain.policy import Parameter
from app.domain.policy_file import ParameterChange, changes, to_toml, whole_pack
from app.errors import AppError
from app.models.base import natural_id
from app.models.policy import ParameterPack
from app.models.store import Store
from app.ops import catalogue, policies
from app.ops.cases import read_text_yaml
from app.ops.changed import Changed
from app.ops.policies import HeldPack


class PackAreaError(AppError):
    """The file names another area than this replica's."""

    code, message = "E603", "参数包写的是{area}的，本机是{own}。没有导入，数据没有变。"
    hint = "请由那一级导入，或去掉 area 一行。"


NOTHING_CHANGED = Changed()
MAX_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class PackLine:
    """One pack in the list. ``valid_to``: the last month before a later pack, "" while open."""

    valid_from: str
    valid_to: str
    area_code: str
    revision: int
    version: str
    in_force: bool
    parameters: tuple[Parameter, ...]


@dataclass(frozen=True, slots=True)
class PackDiff:
    """What a file would change, from which month on. ``is_known``: it was taken in before."""

    valid_from: str
    is_known: bool
    changes: tuple[ParameterChange, ...]
    changed: Changed = NOTHING_CHANGED


def list_packs(store: Store, period: Period) -> list[PackLine]:
    """Return the packs that can hold in this replica's area, oldest first."""
    with store.read() as session:
        held = policies.packs_over(session)
        now = policies.newest(session, period)
        return [_line(pack, held, pack == now) for pack in held]


def pack_text(store: Store, period: Period) -> str:
    """Return the text of the pack that holds in a month, to be edited and issued anew.

    Raises:
        NoPolicyError: no pack is valid in that month.
    """
    with store.read() as session:
        return policies.newest(session, period).text


def diff(store: Store, path: Path) -> PackDiff:
    """Tell what a pack's file would change; nothing is written.

    Raises:
        CatalogueError: the file is broken; names the parameter and the reason.
    """
    with store.read() as session:
        return _diff(session, path)[0]


def take_in(store: Store, actor: Actor, path: Path) -> PackDiff:
    """Issue a pack for this replica's area, from its month on; a known one changes nothing.

    Raises:
        CatalogueError: the file is broken; names the parameter and the reason.
        PackAreaError: it is another area's.
        OwnershipError: a village issues no parameters.
    """
    area = store.area_code
    with store.write("policy.import", actor) as session:
        found, text = _diff(session, path)
        named = policies.read_pack(text, path.name).area
        if named not in ("", area):
            raise PackAreaError(area=named, own=area)
        pack_id = natural_id("pack", area, catalogue.digest(text))
        if session.get(ParameterPack, pack_id) is not None:
            return found
        own = [p for p in policies.packs_over(session) if p.area_code == area]
        same_month = [p.revision for p in own if p.valid_from == found.valid_from]
        session.add(
            ParameterPack(
                id=pack_id,
                scope=POLICY + area,
                valid_from=found.valid_from,
                area_code=area,
                revision=max(same_month, default=0) + 1,
                content=text,
            )
        )
    touched = Changed(frozenset({"parameter_pack"}))
    return PackDiff(found.valid_from, found.is_known, found.changes, touched)


def _diff(session: Any, path: Path) -> tuple[PackDiff, str]:
    given = read_pack_file(path)
    valid_from = _month(given, path)
    base = policies.newest(session, valid_from)
    whole = whole_pack(catalogue.parse_toml(base.text, base.file), given, path.name)
    text = to_toml(whole)
    new = policies.read_pack(text, path.name)
    digests = {pack.digest for pack in policies.packs_over(session)}
    is_known = catalogue.digest(text) in digests
    return PackDiff(str(valid_from), is_known, tuple(changes(base.pack, new))), text


def read_pack_file(path: Path) -> dict[str, Any]:
    """Return the tables of a pack's file: TOML, or YAML by its ending.

    Raises:
        CatalogueError, CaseFileError: it cannot be read.
    """
    if path.exists() and path.stat().st_size > MAX_BYTES:
        raise CatalogueError(path.name, "整个文件", "太大，不像参数包")
    if path.suffix.lower() not in (".yaml", ".yml"):
        return catalogue.read_toml(path)
    data = read_text_yaml(path)
    if not isinstance(data, dict):
        raise CatalogueError(path.name, "整个文件", "应是参数名和值")
    return data


def _month(given: dict[str, Any], path: Path) -> Period:
    try:
        return Period.parse(str(given.get("valid_from")))
    except ValueError:
        reason = "要写从哪个月起用，例如 2026-01"
        raise CatalogueError(path.name, "valid_from", reason) from None


def _line(pack: HeldPack, held: list[HeldPack], in_force: bool) -> PackLine:
    later = [other.valid_from for other in held if other.valid_from > pack.valid_from]
    valid_to = str(Period.parse(min(later)).previous()) if later else ""
    return PackLine(
        valid_from=pack.valid_from,
        valid_to=valid_to,
        area_code=pack.area_code,
        revision=pack.revision,
        version=pack.version,
        in_force=in_force,
        parameters=tuple(pack.pack.parameters.values()),
    )
