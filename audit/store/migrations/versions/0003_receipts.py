"""receipts: how many of the entries are kept apart from the visit"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("receipt", schema=None) as batch_op:
        batch_op.add_column(sa.Column("apart", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("receipt", schema=None) as batch_op:
        batch_op.alter_column("apart", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("receipt", schema=None) as batch_op:
        batch_op.drop_column("apart")
