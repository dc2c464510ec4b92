"""How the rows of a life cycle are written down: one short line each."""

from collections.abc import Mapping

from app.domain.lifecycle import EVERY, LEVELS, Transition

_ALL = frozenset(LEVELS)


def row(  # noqa: PLR0913  the columns of the table
    spec: str,
    label: str,
    to: str | Mapping[str, str],
    *needs: str,
    takes: str = "",
    roles: str = "",
    after: str = "",
    undoes: str = "",
    turns: str = "",
    hosts: str = "",
    limit: str = "",
    prints: tuple[str, ...] = (),
) -> Transition:
    """Return a row. ``spec``: number, action, from-states joined by "+", levels joined by "+".

    ``takes`` and ``undoes`` are words with blanks between them.
    """
    code, action, sources, levels = spec.split()
    return Transition(
        code=code,
        action=action,
        label=label,
        sources=frozenset(sources.split("+")),
        to={EVERY: to} if isinstance(to, str) else to,
        levels=frozenset(levels.split("+")),
        needs=needs,
        takes=tuple(takes.split()),
        roles=frozenset(filter(None, roles.split("+"))),
        after=after,
        undoes=frozenset(undoes.split()),
        turns=turns,
        hosts=frozenset(hosts.split("+")) if hosts else _ALL,
        limit=limit,
        prints=prints,
    )
