"""scenarios, and which of them a visit was given"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "scenario",
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("hash"),
    )
    # In one statement, which both databases take: rebuilding the table of the visits would
    # touch every other that refers to it.
    op.execute("ALTER TABLE visit ADD COLUMN scenario_hash VARCHAR REFERENCES scenario (hash)")


def downgrade() -> None:
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.drop_column("scenario_hash")
    op.drop_table("scenario")
