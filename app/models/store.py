"""The encrypted database of one replica, and the only ways to get a session."""

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from app.domain.changeset import FieldChange
from app.domain.ownership import Actor
from app.models import capture, engine, guard, tables
from app.models.base import Journaled
from app.models.ownership import bundled
from app.models.replica import ReplicaRow

_METADATA = tables.metadata  # every table must be known before the first session


class _Session(Session):
    pass


event.listen(_Session, "before_flush", guard.before_flush)
event.listen(_Session, "after_flush", capture.after_flush)
event.listen(_Session, "after_flush_postexec", guard.after_flush_postexec)
event.listen(_Session, "before_commit", capture.before_commit)
event.listen(_Session, "do_orm_execute", guard.refuse_bulk)
event.listen(_Session, "after_transaction_create", guard.refuse_savepoint)


class _AbsorbSession(Session):
    """No capture: what it writes comes from changesets that are in the journal already."""


event.listen(_AbsorbSession, "after_transaction_create", guard.refuse_savepoint)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who this replica is, as its journal and its window say."""

    level: str
    area_code: str
    name: str
    device_id: str
    epoch: str
    identity_digest: str


@dataclass(frozen=True, slots=True)
class Decision:
    """A changeset to be written as it stands: who decides what, in which scope."""

    operation: str
    actor: Actor
    reason: str
    scope: str
    changes: tuple[FieldChange, ...]


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Store:
    """One SQLCipher file. A session lives for one operation, on the thread that runs it.

    ``on_close`` frees what opening took (the lock).
    """

    def __init__(
        self,
        path: Path,
        key: bytes,
        *,
        clock: Callable[[], datetime] = _utc_now,
        on_close: Callable[[], None] = lambda: None,
    ) -> None:
        self.path = path
        self.clock = clock
        self.engine = engine.open_engine(path, key)
        self._writer = self.engine.execution_options(writing=True)
        self._key = key
        self._on_close = on_close
        self._identity: Identity | None = None

    @property
    def identity(self) -> Identity:
        """Who this replica is; read once."""
        if self._identity is None:
            with self.read() as session:
                row = session.scalars(select(ReplicaRow)).one()
                self._identity = Identity(
                    row.level,
                    row.area_code,
                    row.name,
                    row.device_id,
                    row.epoch,
                    row.identity_digest,
                )
        return self._identity

    @property
    def level(self) -> str:
        """Return village, township or county."""
        return self.identity.level

    @property
    def area_code(self) -> str:
        """Return the 12-digit code of this replica's area."""
        return self.identity.area_code

    @property
    def device_id(self) -> str:
        """Return the id of this installation."""
        return self.identity.device_id

    @property
    def is_enrolled(self) -> bool:
        """Tell whether a superior has enrolled this device; a county is its own root."""
        with self.read() as session:
            return session.scalars(select(ReplicaRow.root_id)).one() is not None

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Yield a session on one unchanging snapshot; the connection refuses to write."""
        with _Session(self.engine) as session:
            yield session

    @contextmanager
    def write(self, operation: str, actor: Actor, reason: str = "") -> Iterator[Session]:
        """Yield a session in one transaction; commit at the end, roll back on any error.

        Every change of a journaled table enters the journal, one changeset per scope.

        Raises:
            OwnershipError: at the end, when level or role may not originate a change.
        """
        intent = self._intent(operation, actor, reason)
        with _Session(self._writer, expire_on_commit=False) as session, session.begin():
            capture.begin(session, intent)
            yield session

    def _intent(self, operation: str, actor: Actor, reason: str) -> capture.Intent:
        identity = self.identity
        return capture.Intent(
            operation=operation,
            actor=actor,
            reason=reason,
            at=self.clock().astimezone(UTC).isoformat(timespec="seconds"),
            level=identity.level,
            origin=identity.device_id,
            epoch=identity.epoch,
            identity_digest=identity.identity_digest,
            ownership=bundled(),
        )

    @staticmethod
    def bulk_insert(
        session: Session, cls: type[Journaled], scope: str, rows: Sequence[Mapping[str, Any]]
    ) -> None:
        """Insert many new rows of one scope within ``write``, with their journal, at once.

        ``rows``: columns by name, ``id`` and derived ones among them; what is not given has its
        default. For a first roster only: ten times as fast as the session, with the same journal.
        The rows are not in the session, and stay as they are until the commit.

        Raises:
            OwnershipError: level or role may not originate such rows.
        """
        capture.bulk_insert(session, cls, scope, rows)

    @contextmanager
    def absorb(self) -> Iterator[Session]:
        """Yield a session that writes tables and journal alike, in one transaction.

        For the import of packages only: the changesets come in as they are, and the touched
        rows are derived from them again.
        """
        with (
            _AbsorbSession(self._writer, expire_on_commit=False) as session,
            session.begin(),
            guard.lifted(session.connection()),
        ):
            # Rows come in the order of the journal, not of their references.
            session.connection().exec_driver_sql("PRAGMA defer_foreign_keys=ON")
            yield session
            session.flush()

    @property
    def key(self) -> bytes:
        """The data key: for whole copies only, it never leaves the process."""
        return self._key

    @contextmanager
    def decide(self, decision: Decision) -> Iterator[Session]:
        """Yield an ``absorb`` session into whose journal a decision was written as it stands.

        The caller derives the rows that it names from the journal.

        Raises:
            OwnershipError: at once, when level or role may not originate a change.
        """
        intent = self._intent(decision.operation, decision.actor, decision.reason)
        with self.absorb() as session:
            capture.write_decision(session, intent, decision.scope, decision.changes)
            yield session

    def note_seen(self, session: Session, actor: Actor, scope: str) -> None:
        """Write into an ``absorb`` session what this replica has seen of a scope, nothing else."""
        capture.write_decision(session, self._intent("fork.ruling", actor, ""), scope, ())

    def forget_identity(self) -> None:
        """Read anew who this replica is: its epoch has changed."""
        self._identity = None

    def raw(self) -> Any:
        """Return a new raw keyed connection, for integrity checks and whole copies only."""
        return engine.connect(self.path, self._key)

    def close(self) -> None:
        """Close every connection and free the lock."""
        self.engine.dispose()
        self._on_close()


def new_epoch() -> str:
    """Return a random id for a replica's life from its making, or a restore, on."""
    return uuid.uuid4().hex
