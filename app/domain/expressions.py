"""The condition language of the catalogue: parsed once with ``ast``, never evaluated as Python.

Allowed: names of a given table, text, whole numbers, True and False, lists of those, ``and`` ``or``
``not``, ``in`` ``not in``, comparisons and chains of them. Everything else refuses the file. Kinds
are checked while loading, so that a condition can never fail on a household. A comparison with
something unknown (no answer, no birth date) is false, whatever the comparison.
"""

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Run = Callable[[Any, Any, Any], Any]  # (household view, member view or None, the answer itself)

MAX_LENGTH = 500
_ORDER: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_EQUAL: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_INSIDE: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.In: lambda item, items: item in items,
    ast.NotIn: lambda item, items: item not in items,
}


class ExpressionError(ValueError):
    """A condition that is not in the language; the text is a Chinese reason."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name that conditions may use.

    Attributes:
        kind: number text flag numbers texts.
        member: whether it speaks of one person.
        choices: the only texts it can have, None for free text.
    """

    run: Run
    kind: str
    member: bool = False
    choices: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Compiled:
    """A condition ready to run: ``run(household, member, value)``, and the names it uses."""

    run: Run
    kind: str
    names: frozenset[str]
    text: str


@dataclass(frozen=True, slots=True)
class _Part:
    run: Run
    kind: str
    literals: tuple[object, ...] | None = None  # of a constant or a list of constants
    choices: frozenset[str] | None = None


def compile_expression(text: str, names: Mapping[str, Name], kind: str = "flag") -> Compiled:
    """Return the condition of a text.

    Raises:
        ExpressionError: not in the language, an unknown name or value, or not of that kind.
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError("条件太长")
    try:
        tree = ast.parse(text, mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ExpressionError("条件写法不对") from None
    builder = _Builder(names)
    part = builder.build(tree.body)
    if part.kind != kind:
        raise ExpressionError("条件的结果类型不对")
    return Compiled(part.run, part.kind, frozenset(builder.used), text)


class _Builder:
    """Turns the nodes of one condition into closures."""

    def __init__(self, names: Mapping[str, Name]) -> None:
        self._names = names
        self.used: set[str] = set()

    def build(self, node: ast.expr) -> _Part:
        match node:
            case ast.Name():
                return self._name(node)
            case ast.Constant():
                return _constant(node.value)
            case ast.List():
                return self._list(node)
            case ast.BoolOp():
                return self._bool(node)
            case ast.UnaryOp(op=ast.Not()):
                inner = self._flag(node.operand)
                return _Part(lambda h, m, v: not inner(h, m, v), "flag")
            case ast.Compare():
                return self._compare(node)
        raise ExpressionError(f"条件里不允许“{ast.unparse(node)}”")

    def _name(self, node: ast.Name) -> _Part:
        name = self._names.get(node.id)
        if name is None:
            raise ExpressionError(f"条件里没有“{node.id}”这个名称")
        self.used.add(node.id)
        return _Part(name.run, name.kind, choices=name.choices)

    def _list(self, node: ast.List) -> _Part:
        parts = [self.build(item) for item in node.elts]
        if not parts or any(p.literals is None or len(p.literals) != 1 for p in parts):
            raise ExpressionError("清单里只能是文字或整数")
        kinds = {part.kind for part in parts}
        if kinds not in ({"text"}, {"number"}):
            raise ExpressionError("清单里只能是文字或整数")
        items = tuple(part.literals[0] for part in parts if part.literals)
        return _Part(lambda h, m, v: items, f"{kinds.pop()}s", items)

    def _bool(self, node: ast.BoolOp) -> _Part:
        tests = tuple(self._flag(value) for value in node.values)
        is_and = isinstance(node.op, ast.And)
        if len(tests) == 2:  # by far the most: no generator for each
            one, two = tests
            if is_and:
                return _Part(lambda h, m, v: one(h, m, v) and two(h, m, v), "flag")
            return _Part(lambda h, m, v: one(h, m, v) or two(h, m, v), "flag")
        if is_and:
            return _Part(lambda h, m, v: all(test(h, m, v) for test in tests), "flag")
        return _Part(lambda h, m, v: any(test(h, m, v) for test in tests), "flag")

    def _flag(self, node: ast.expr) -> Run:
        part = self.build(node)
        if part.kind != "flag":
            raise ExpressionError(f"“{ast.unparse(node)}”不是是非判断")
        return part.run

    def _compare(self, node: ast.Compare) -> _Part:
        operands = [self.build(item) for item in (node.left, *node.comparators)]
        steps = [
            _step(left, operation, right)
            for left, operation, right in zip(operands, node.ops, operands[1:], strict=False)
        ]
        if len(steps) == 1:
            return _Part(steps[0], "flag")
        return _Part(lambda h, m, v: all(step(h, m, v) for step in steps), "flag")


def _constant(value: object) -> _Part:
    if isinstance(value, bool):
        return _Part(lambda h, m, v: value, "flag")
    if isinstance(value, int):
        return _Part(lambda h, m, v: value, "number", (value,))
    if isinstance(value, str):
        return _Part(lambda h, m, v: value, "text", (value,))
    raise ExpressionError(f"条件里不允许“{value!r}”")


def _step(left: _Part, operation: ast.cmpop, right: _Part) -> Run:
    kind = type(operation)
    if kind in _INSIDE:
        if right.kind != f"{left.kind}s":
            raise ExpressionError("in 的两边对不上")
        test = _INSIDE[kind]
    elif left.kind == right.kind == "number":
        test = _comparison(kind, _ORDER | _EQUAL)
    elif left.kind == right.kind == "text":
        test = _comparison(kind, _EQUAL)
    else:
        raise ExpressionError("比较的两边对不上")
    _check_choices(left, right)
    _check_choices(right, left)
    first, second = left.run, right.run

    def run(household: Any, member: Any, value: Any) -> bool:
        a, b = first(household, member, value), second(household, member, value)
        try:
            return a is not None and b is not None and test(a, b)
        except TypeError:  # an answer of another edition, of another type: unknown
            return False

    return run


def _comparison(
    kind: type[ast.cmpop], allowed: Mapping[type[ast.cmpop], Callable[[Any, Any], bool]]
) -> Callable[[Any, Any], bool]:
    if kind not in allowed:
        raise ExpressionError("条件里不允许这种比较")
    return allowed[kind]


def _check_choices(name: _Part, other: _Part) -> None:
    """A misspelt value would silently never be true."""
    if name.choices is None or other.literals is None:
        return
    for literal in other.literals:
        if literal not in name.choices:
            raise ExpressionError(f"条件里的值“{literal}”不在可选值里")
