"""A checksum for each space: models.sums. It is counted at the next sync."""

from alembic import op

revision = "0002"
down_revision = "0001"

COLUMNS = (
    "sum INTEGER",
    "counted INTEGER NOT NULL DEFAULT 0",
    "mended INTEGER NOT NULL DEFAULT 0",
    "differs INTEGER NOT NULL DEFAULT 0",
)


def upgrade() -> None:
    for column in COLUMNS:
        op.execute(f"ALTER TABLE space ADD COLUMN {column}")
