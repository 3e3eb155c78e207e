"""service phones of organisations

Revision: 0004
Before: 0003
Made: 2026-11-22 06:35:00.000000
"""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('organisations', sa.Column('service_phone', sa.String(length=20), nullable=False, server_default=''))


def downgrade() -> None:
    op.drop_column('organisations', 'service_phone')
