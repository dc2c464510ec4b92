"""Choices of this installation, by namespaced key: saved filters, columns, the county's templates.

They lie in the encrypted database, in no journal and in no package.
"""

from sqlalchemy import select

from app.domain.ownership import Actor
from app.models.local import LocalSettingRow
from app.models.store import Store

_LONGEST = 64  # characters of a key


def read_settings(store: Store, prefix: str) -> dict[str, str]:
    """Return name → value of every setting whose key begins with ``prefix``, by name."""
    with store.read() as session:
        query = select(LocalSettingRow).where(
            LocalSettingRow.key.startswith(prefix, autoescape=True)
        )
        rows = session.scalars(query.order_by(LocalSettingRow.key))
        return {row.key.removeprefix(prefix): row.value for row in rows}


def read_setting(store: Store, key: str) -> str:
    """Return one setting, "" if it was never made."""
    with store.read() as session:
        row = session.get(LocalSettingRow, key)
        return row.value if row is not None else ""


def keep_setting(store: Store, actor: Actor, key: str, value: str) -> None:
    """Keep a setting; an empty value forgets it.

    Raises:
        ValueError: the key is longer than its column; nothing is written.
    """
    if len(key) > _LONGEST:
        raise ValueError("key too long")
    with store.write("local.setting", actor) as session:
        row = session.get(LocalSettingRow, key)
        if row is not None and not value:
            session.delete(row)
        elif row is not None:
            row.value = value
        elif value:
            session.add(LocalSettingRow(key=key, value=value))
