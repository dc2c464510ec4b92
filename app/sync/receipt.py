"""Receipts (回执): what a replica has taken in of every chain; the only proof of delivery."""

from dataclasses import dataclass
from typing import Any

from app.domain.changeset import Chain, Head
from app.domain.merge import Gap, Place
from app.sync.errors import CountError
from app.sync.records import canonical_json, parse_json
from app.sync.segments import MAX_NUMBER

MAX_BYTES = 4 * 1024 * 1024
MAX_LACKING = 20_000
VERSION = 2


@dataclass(frozen=True, slots=True)
class Waiting:
    """A run of a chain that cannot go in yet, and what it waits for."""

    run: Gap
    missing: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class Receipt:
    """Of each chain how far it is taken in; what has no effect and why; what waits.

    ``history``: what of the past of chains that began with a base is lacking. ``lacking``: the
    SHA-256 of contents that rows name and that are not there.
    """

    heads: dict[Chain, Head]
    void: dict[Place, str]
    waiting: tuple[Waiting, ...] = ()
    history: tuple[Gap, ...] = ()
    lacking: tuple[str, ...] = ()

    def missing(self) -> tuple[Gap, ...]:
        """Return what something waits for: what its writer asks to be sent again."""
        return tuple(sorted({gap for waiting in self.waiting for gap in waiting.missing}))


def encode_receipt(receipt: Receipt) -> bytes:
    """Return the part's canonical bytes."""
    return _encode(receipt, VERSION)


def _encode(receipt: Receipt, version: int) -> bytes:
    value: dict[str, Any] = {
        "heads": [[*chain, *head] for chain, head in sorted(receipt.heads.items())],
        "v": version,
        "void": [[*p.chain, p.number, why] for p, why in sorted(receipt.void.items())],
        "waiting": [[*_gap(w.run), [_gap(gap) for gap in w.missing]] for w in receipt.waiting],
    }
    if version > 1:
        value["history"] = [_gap(gap) for gap in receipt.history]
        value["lacking"] = list(receipt.lacking)
    return canonical_json(value)


def _gap(gap: Gap) -> list[Any]:
    return [*gap.chain, gap.first, gap.last]


def read_receipt(part: bytes) -> Receipt:
    """Return the receipt of a part, of this version or the one before.

    Raises:
        CountError: unreadable or too large.
    """
    try:
        if len(part) > MAX_BYTES:
            raise ValueError("size")  # noqa: TRY301  one handler for all faults
        value = parse_json(part)
        version = value["v"]
        if version not in (1, VERSION):
            raise ValueError("version")  # noqa: TRY301
        receipt = Receipt(
            heads={Chain(*h[:3]): Head(*h[3:]) for h in value["heads"]},
            void={Place(Chain(*v[:3]), v[3]): v[4] for v in value["void"]},
            waiting=tuple(
                Waiting(_read_gap(w[:5]), tuple(_read_gap(gap) for gap in w[5]))
                for w in value["waiting"]
            ),
            history=tuple(map(_read_gap, value["history"])) if version > 1 else (),
            lacking=tuple(value["lacking"]) if version > 1 else (),
        )
        if _encode(receipt, version) != part or not _is_sound(receipt):
            raise ValueError("form")  # noqa: TRY301
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise CountError("receipt") from error
    return receipt


def _read_gap(values: list[Any]) -> Gap:
    return Gap(Chain(*values[:3]), *values[3:])


def _is_sound(receipt: Receipt) -> bool:
    gaps = [*receipt.history, *receipt.missing(), *(w.run for w in receipt.waiting)]
    numbers = [head.number for head in receipt.heads.values()]
    numbers += [number for gap in gaps for number in (gap.first, gap.last)]
    numbers += [place.number for place in receipt.void]
    texts = [text for chain, head in receipt.heads.items() for text in (*chain, head.digest)]
    texts += [text for gap in gaps for text in gap.chain]
    texts += [text for place, why in receipt.void.items() for text in (*place.chain, why)]
    return all(type(n) is int and 0 < n <= MAX_NUMBER for n in numbers) and all(
        isinstance(text, str) for text in (*texts, *receipt.lacking)
    )
