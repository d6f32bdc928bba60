"""Alembic's entry point: always run by `federation.database` on a connection whose transaction is already open."""

from alembic import context

from federation.schema import metadata


def run() -> None:
    connection = context.config.attributes["connection"]
    context.configure(connection=connection, target_metadata=metadata, transactional_ddl=True)
    with context.begin_transaction():
        context.run_migrations()


run()
