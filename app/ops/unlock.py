"""Opening a replica by what a person typed: wrong tries are counted, damage is found."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from app.models.errors import WrongPassphraseError
from app.models.store import Store
from app.ops import passphrases, print_log, rescue, setup


def unlock(
    folder: Path, passphrase: str, holder: str, clock: Callable[[], datetime] | None = None
) -> Store:
    """Open a replica; count a wrong try, forget the earlier ones after a right one.

    Raises:
        See ``open_replica``.
    """
    try:
        store = setup.open_replica(folder, passphrase, holder, clock=clock)
    except WrongPassphraseError:
        passphrases.note_wrong_try(folder, datetime.now(UTC))
        raise
    passphrases.forget_wrong_tries(folder)
    try:
        print_log.take_over(store)
    except BaseException:
        store.close()
        raise
    return store


def unlock_checked(
    folder: Path, passphrase: str, holder: str, clock: Callable[[], datetime] | None = None
) -> Store:
    """As ``unlock``, and read the whole database before it is worked with.

    Raises:
        DamagedFileError, OlderDatabaseError: closed again, nothing was changed.
    """
    store = unlock(folder, passphrase, holder, clock)
    try:
        rescue.check_at_start(store)
    except BaseException:
        store.close()
        raise
    return store
