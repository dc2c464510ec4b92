"""Which parameters hold in a month: the bundled packs and those that superiors have issued.

The newest pack that is valid in the month holds; of two that begin in the same month that of the
nearer superior, and of one area's own the later revision. A month that is closed keeps the pack
that it was closed with.
"""

from dataclasses import dataclass
from functools import cache, lru_cache

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session, object_session

from app.domain.month import CLOSED, CORRECTING, MONTH
from app.domain.period import Period
from app.domain.policy import Policy
from app.domain.policy_data import Pack, build_policy, parse_pack, without_line
from app.models.base import Journaled, natural_id
from app.models.form import PeriodRow
from app.models.policy import ParameterPack
from app.models.replica import ReplicaRow
from app.models.step import steps_of
from app.ops import catalogue
from app.ops.catalogue import NoPolicyError

_CACHE = "policies"  # in session.info: a session sees one unchanging set of packs
_SIGNIFICANT = (6, 9, 12)  # digits of a county's, township's, village's code


@dataclass(frozen=True, slots=True)
class HeldPack:
    """A pack with where it comes from. ``area_code``: "" for one that ships with the program."""

    valid_from: str
    area_code: str
    revision: int
    digest: str
    text: str
    file: str

    @property
    def version(self) -> str:
        """The pack as a closed month remembers it."""
        return f"{self.valid_from}@{self.digest[:16]}"

    @property
    def pack(self) -> Pack:
        """The pack's values."""
        return read_pack(self.text, self.file)

    @property
    def rank(self) -> tuple[str, int, int, str]:
        """What decides between packs that are both valid: the greater one holds."""
        return self.valid_from, len(self.area_code.rstrip("0")), self.revision, self.digest


@dataclass(slots=True)
class _Held:
    """What a session knows already."""

    area_code: str
    packs: list[HeldPack]
    policies: dict[tuple[str, Period], Policy]


def policy_for(session: Session, period: Period, village: str = "") -> Policy:
    """Return the policy of a month (of a village; else of this replica's area).

    Without a line of that year its income rules are off.

    Raises:
        NoPolicyError: no pack is valid in that month.
    """
    held = _held(session)
    key = (village or held.area_code, period)
    if key not in held.policies:
        pack = _frozen(session, held, *key) or _newest(held, *key)
        held.policies[key] = _policy(pack.text, pack.file, period.year)
    return held.policies[key]


def policy_of(row: Journaled, period: Period) -> Policy:
    """Return the policy of a month for the village that a loaded row belongs to.

    Raises:
        TypeError: the row is not loaded in a session.
    """
    session = object_session(row)
    if session is None:
        raise TypeError("a row outside its session: nobody knows which parameters hold")
    return policy_for(session, period, row.scope)


def version(session: Session, period: Period, village: str = "") -> str:
    """Return which pack holds now, for a month that is opened or closed and remembers it."""
    held = _held(session)
    return _newest(held, village or held.area_code, period).version


def packs_over(session: Session, area_code: str = "") -> list[HeldPack]:
    """Return every pack that could hold in an area (else this replica's), oldest first."""
    held = _held(session)
    code = area_code or held.area_code
    found = (pack for pack in held.packs if _covers(pack.area_code, code))
    return sorted(found, key=lambda pack: pack.rank)


def newest(session: Session, period: Period) -> HeldPack:
    """Return the pack that holds in this replica's area from a month on, frozen months aside.

    Raises:
        NoPolicyError: no pack is valid in that month.
    """
    held = _held(session)
    return _newest(held, held.area_code, period)


@lru_cache(maxsize=64)
def read_pack(text: str, file: str) -> Pack:
    """Return the pack of a file's text, parsed once.

    Raises:
        CatalogueError: names the file, the parameter and the reason.
    """
    return parse_pack(catalogue.parse_toml(text, file), file)


@lru_cache(maxsize=64)
def _policy(text: str, file: str, year: int) -> Policy:
    policy = build_policy(read_pack(text, file), catalogue.rule_texts(), catalogue.topics())
    return policy if policy.line_year == year else without_line(policy)


def _held(session: Session) -> _Held:
    found: _Held | None = session.info.get(_CACHE)
    if found is None:
        area = session.scalars(_own_area()).one_or_none() or ""
        found = session.info[_CACHE] = _Held(area, [*_bundled(), *_imported(session)], {})
    return found


def _bundled() -> list[HeldPack]:
    return [
        HeldPack(pack.valid_from, "", 0, catalogue.digest(text), text, pack.file)
        for pack, text in catalogue.bundled_packs()
    ]


def _imported(session: Session) -> list[HeldPack]:
    return [
        HeldPack(valid_from, area, revision, catalogue.digest(text), text, f"参数包{valid_from}")
        for valid_from, area, revision, text in session.execute(_packs())
    ]


@cache
def _own_area() -> Select[str]:
    return select(ReplicaRow.area_code)


@cache
def _packs() -> Select[str, str, int, str]:
    row = ParameterPack
    return select(row.valid_from, row.area_code, row.revision, row.content)


def _newest(held: _Held, area_code: str, period: Period) -> HeldPack:
    valid = [
        pack
        for pack in held.packs
        if pack.valid_from <= str(period) and _covers(pack.area_code, area_code)
    ]
    if not valid:
        raise NoPolicyError("resources/policy", str(period), "参数")
    return max(valid, key=lambda pack: pack.rank)


def _frozen(session: Session, held: _Held, village: str, period: Period) -> HeldPack | None:
    """Return the pack that a closed month was closed with; None for any other month."""
    month = natural_id("period", village, str(period))
    version = session.scalars(_remembered(), {"month": month}).one_or_none()
    if version is None or version == _newest(held, village, period).version:
        return None
    steps = steps_of(session, MONTH.subject, [month]).get(month, [])
    if MONTH.state_of(steps) not in (CLOSED, CORRECTING):
        return None
    return next((pack for pack in held.packs if pack.version == version), None)


@cache
def _remembered() -> Select[str]:
    return select(PeriodRow.policy_version).where(PeriodRow.id == bindparam("month"))


def _covers(pack_area: str, area_code: str) -> bool:
    """Tell whether a pack of an area holds in another: its own, or one below it."""
    if not pack_area:
        return True
    digits = next(n for n in _SIGNIFICANT if n == 12 or not pack_area[n:].strip("0"))
    return pack_area[:digits] == area_code[:digits]
