"""A process that types into a sheet until it is killed; says on standard output what is stored.

Run by test_kill: the arguments are database, key in hex, sheet. One line for each thing stored.
"""

import itertools
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

from app.domain.household import AnswerKey
from app.models.store import Store
from app.ops import sheets
from tests.ops.village import ME

TODAY = date(2025, 10, 20)
AMOUNT: AnswerKey = ("MD-05", "")
WORDS: AnswerKey = ("EV-05", "")


def main(path: str, key: str, sheet_id: str) -> None:
    """Type an amount and words, key by key, and answer, over and over."""
    store = Store(Path(path), bytes.fromhex(key))
    for number in itertools.count(1):
        sheets.save_draft(store, sheet_id, WORDS, f"写到第{number}字")
        tell("draft", number)
        sheets.save_answers(store, ME, sheet_id, {AMOUNT: Decimal(number)}, TODAY)
        tell("answer", number)


def tell(what: str, number: int) -> None:
    """Say that something is stored."""
    sys.stdout.write(f"{what} {number}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
