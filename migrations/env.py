"""Alembic environment: batch mode on the encrypted database, one transaction for all steps."""

from alembic import context

from app.models.tables import metadata

_engine = context.config.attributes["connect"]()
with _engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise RuntimeError(f"foreign keys broken in {len(broken)} rows")
_engine.dispose()
