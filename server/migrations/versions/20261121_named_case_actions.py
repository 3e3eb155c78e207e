"""named case actions

Revision: 0003
Before: 0002
Made: 2026-11-21 20:30:00.000000
"""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('case_action_receipts',
    sa.Column('action_id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('account_id', sa.Uuid(), nullable=True),
    sa.Column('content_hash', sa.String(length=64), nullable=False),
    sa.Column('event_seq', sa.Integer(), nullable=False),
    sa.Column('taken_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_case_action_receipts_account_id_accounts')),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_case_action_receipts_case_id_cases')),
    sa.PrimaryKeyConstraint('action_id', name=op.f('pk_case_action_receipts'))
    )
    op.create_index(op.f('ix_case_action_receipts_case_id'), 'case_action_receipts', ['case_id'], unique=False)


def downgrade() -> None:
    op.drop_table('case_action_receipts')
