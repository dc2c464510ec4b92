"""Receipts (回执): what a replica has taken in of every chain; the only proof of delivery."""

from dataclasses import dataclass
from typing import Any

from app.domain.changeset import Chain, Head
from app.domain.merge import Gap, Place
from app.sync.errors import CountError
from app.sync.records import canonical_json, parse_json

MAX_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Waiting:
    """A run of a chain that cannot go in yet, and what it waits for."""

    run: Gap
    missing: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class Receipt:
    """Of each chain how far it is taken in; what has no effect and why; what waits."""

    heads: dict[Chain, Head]
    void: dict[Place, str]
    waiting: tuple[Waiting, ...] = ()


def encode_receipt(receipt: Receipt) -> bytes:
    """Return the part's canonical bytes."""
    return canonical_json(
        {
            "heads": [[*chain, *head] for chain, head in sorted(receipt.heads.items())],
            "v": 1,
            "void": [[*p.chain, p.number, why] for p, why in sorted(receipt.void.items())],
            "waiting": [[*_gap(w.run), [_gap(gap) for gap in w.missing]] for w in receipt.waiting],
        }
    )


def _gap(gap: Gap) -> list[Any]:
    return [*gap.chain, gap.first, gap.last]


def read_receipt(part: bytes) -> Receipt:
    """Return the receipt of a part.

    Raises:
        CountError: unreadable or too large.
    """
    try:
        if len(part) > MAX_BYTES:
            raise ValueError("size")  # noqa: TRY301  one handler for all faults
        value = parse_json(part)
        if value["v"] != 1:
            raise ValueError("version")  # noqa: TRY301
        receipt = Receipt(
            heads={Chain(*h[:3]): Head(*h[3:]) for h in value["heads"]},
            void={Place(Chain(*v[:3]), v[3]): v[4] for v in value["void"]},
            waiting=tuple(
                Waiting(_read_gap(w[:5]), tuple(_read_gap(gap) for gap in w[5]))
                for w in value["waiting"]
            ),
        )
        if encode_receipt(receipt) != part or not _is_sound(receipt):
            raise ValueError("form")  # noqa: TRY301
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise CountError("receipt") from error
    return receipt


def _read_gap(values: list[Any]) -> Gap:
    return Gap(Chain(*values[:3]), *values[3:])


def _is_sound(receipt: Receipt) -> bool:
    numbers = [head.number for head in receipt.heads.values()]
    texts = [text for chain, head in receipt.heads.items() for text in (*chain, head.digest)]
    return all(type(n) is int and n > 0 for n in numbers) and all(
        isinstance(text, str) for text in texts
    )
