"""How far the server's log was seen when an operation was made: sync.beneath. Of older ones it is not known."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute("ALTER TABLE txn ADD COLUMN since INTEGER")
