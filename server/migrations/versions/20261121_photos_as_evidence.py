"""photos as evidence

Revision: 0002
Before: 0001
Made: 2026-11-21 18:31:26.925960
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('photo_file_removals',
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('queued_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('is_under_way', sa.Boolean(), nullable=False),
    sa.Column('removed_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('sha256', name=op.f('pk_photo_file_removals'))
    )
    with op.batch_alter_table('photo_file_removals', schema=None) as batch_op:
        batch_op.create_index('ix_photo_file_removals_waiting', ['sha256'], unique=False, sqlite_where=sa.text('removed_at IS NULL'), postgresql_where=sa.text('removed_at IS NULL'))

    op.create_table('photo_hash_bands',
    sa.Column('key', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('photo_id', sa.Uuid(), nullable=False),
    sa.Column('perceptual_hash', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('key', 'photo_id', name=op.f('pk_photo_hash_bands'))
    )
    op.create_table('photo_releases',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('photo_id', sa.Uuid(), nullable=False),
    sa.Column('boxes', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('note', sa.String(length=200), nullable=False),
    sa.Column('public_sha256', sa.String(length=64), nullable=False),
    sa.Column('width', sa.Integer(), nullable=False),
    sa.Column('height', sa.Integer(), nullable=False),
    sa.Column('released_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('released_by', sa.Uuid(), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_by', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['photo_id'], ['photos.id'], name=op.f('fk_photo_releases_photo_id_photos')),
    sa.ForeignKeyConstraint(['released_by'], ['accounts.id'], name=op.f('fk_photo_releases_released_by_accounts')),
    sa.ForeignKeyConstraint(['withdrawn_by'], ['accounts.id'], name=op.f('fk_photo_releases_withdrawn_by_accounts')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_photo_releases'))
    )
    with op.batch_alter_table('photo_releases', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_photo_releases_photo_id'), ['photo_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_photo_releases_public_sha256'), ['public_sha256'], unique=False)
        batch_op.create_index('uq_photo_releases_current', ['photo_id'], unique=True, sqlite_where=sa.text('withdrawn_at IS NULL'), postgresql_where=sa.text('withdrawn_at IS NULL'))

    with op.batch_alter_table('case_photos', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_case_photos_photo_id'), ['photo_id'], unique=False)

    with op.batch_alter_table('cases', schema=None) as batch_op:
        batch_op.add_column(sa.Column('is_resemblance_allowed', sa.Boolean(), server_default=sa.false(), nullable=False))

    with op.batch_alter_table('photos', schema=None) as batch_op:
        batch_op.add_column(sa.Column('thumbhash', sa.String(length=48), nullable=True))
        batch_op.add_column(sa.Column('perceptual_hash', sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column('removed_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('removal_reason', sa.String(length=200), nullable=True))
        batch_op.create_index('ix_photos_claimed_at_id', ['claimed_at', 'id'], unique=False)



def downgrade() -> None:
    # Not in batches: copying tables that others refer to would break their foreign keys on SQLite.
    for table in ("photo_releases", "photo_hash_bands", "photo_file_removals"):
        op.drop_table(table)
    op.drop_index("ix_case_photos_photo_id", "case_photos")
    op.drop_index("ix_photos_claimed_at_id", "photos")
    for column in ("removal_reason", "removed_at", "perceptual_hash", "thumbhash"):
        op.drop_column("photos", column)
    op.drop_column("cases", "is_resemblance_allowed")
