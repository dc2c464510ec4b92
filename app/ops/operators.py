"""The people of this replica and their roles."""

from dataclasses import dataclass

from sqlalchemy import select

from app.domain.ownership import Actor
from app.errors import AppError
from app.models.replica import OperatorRow
from app.models.store import Store
from app.ops.changed import Changed

ROLES = {
    "entry": "录入",
    "leader": "组长",
    "reviewer": "审核",
    "readonly": "只读",
    "administrator": "管理员",
}


class UnknownOperatorError(AppError):
    """Nobody of this name uses the replica."""

    code, message = "E110", "没有这个名字的操作员。数据没有变。"
    hint = "请先用 operator add 登记，或换一个名字。"


class OperatorExistsError(AppError):
    """The name is taken."""

    code, message = "E111", "这个名字的操作员已经登记过。数据没有变。"
    hint = "重名的请在名字后加区别。"


class UnknownRoleError(AppError):
    """No such role."""

    code, message = "E112", "没有“{role}”这个角色。数据没有变。"
    hint = "可用：entry 录入、leader 组长、reviewer 审核、readonly 只读、administrator 管理员。"


@dataclass(frozen=True, slots=True)
class Operator:
    """A person, the role key, and whether the person acts by default."""

    name: str
    role: str
    is_default: bool


def list_operators(store: Store) -> list[Operator]:
    """Return everybody, in the order of registration."""
    with store.read() as session:
        rows = session.scalars(select(OperatorRow).order_by(OperatorRow.id))
        return [Operator(row.name, row.role, row.is_default) for row in rows]


def actor(store: Store, name: str = "") -> Actor:
    """Return who acts: the named operator, else the default one.

    Raises:
        UnknownOperatorError: nobody of that name.
    """
    for operator in list_operators(store):
        if operator.name == name or (not name and operator.is_default):
            return Actor(operator.name, operator.role)
    raise UnknownOperatorError(name=name)


def add_operator(store: Store, acting: Actor, name: str, role: str) -> Changed:
    """Register a person.

    Raises:
        UnknownRoleError, OperatorExistsError: nothing is written.
    """
    if role not in ROLES:
        raise UnknownRoleError(role=role)
    if any(operator.name == name for operator in list_operators(store)):
        raise OperatorExistsError(name=name)
    with store.write("operator.add", acting) as session:
        session.add(OperatorRow(name=name, role=role))
    return Changed(frozenset({"operator"}))


def set_role(store: Store, acting: Actor, name: str, role: str) -> Changed:
    """Give a person another role.

    Raises:
        UnknownRoleError, UnknownOperatorError: nothing is written.
    """
    if role not in ROLES:
        raise UnknownRoleError(role=role)
    with store.write("operator.role", acting) as session:
        row = session.scalars(select(OperatorRow).filter_by(name=name)).one_or_none()
        if row is None:
            raise UnknownOperatorError(name=name)
        row.role = role
    return Changed(frozenset({"operator"}))
