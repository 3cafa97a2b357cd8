"""Satisfaction surveys, their answers, and the numbers that were asked."""

import sqlalchemy as sa
from alembic import op

from records.database.utc_datetime import UtcDateTime

revision = "0070"
down_revision = "0077"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "satisfaction_survey",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_ref", sa.String(64), nullable=True),
        sa.Column("request_id", sa.Integer(), nullable=True),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("topic", sa.String(32), nullable=True),
        sa.Column("centre", sa.String(32), nullable=True),
        sa.Column("refused_at", UtcDateTime(), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("words_file", sa.Text(), nullable=True),
        sa.Column("words_s", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["call_ref"], ["call.ref"], name="fk_satisfaction_survey_call_ref"),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name="fk_satisfaction_survey_request_id"),
        sa.PrimaryKeyConstraint("id", name="pk_satisfaction_survey"),
        sa.UniqueConstraint("call_ref", name="uq_satisfaction_survey_call_ref"),
        sa.UniqueConstraint("request_id", name="uq_satisfaction_survey_request_id"),
        sa.UniqueConstraint("words_file", name="uq_satisfaction_survey_words_file"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_satisfaction_survey_week", "satisfaction_survey", ["week"])
    op.create_index("ix_satisfaction_survey_asked_at", "satisfaction_survey", ["asked_at"])
    op.create_table(
        "satisfaction_answer",
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(32), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.CheckConstraint("value BETWEEN 1 AND 5", name="value"),
        sa.ForeignKeyConstraint(["survey_id"], ["satisfaction_survey.id"], name="fk_satisfaction_answer_survey_id"),
        sa.PrimaryKeyConstraint("survey_id", "question", name="pk_satisfaction_answer"),
    )
    op.create_table(
        "satisfaction_asked",
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("refused_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("length(hash) = 64", name="hash"),
        sa.PrimaryKeyConstraint("hash", name="pk_satisfaction_asked"),
    )
    op.create_index("ix_satisfaction_asked_asked_at", "satisfaction_asked", ["asked_at"])


def downgrade() -> None:
    op.drop_table("satisfaction_asked")
    op.drop_table("satisfaction_answer")
    op.drop_table("satisfaction_survey")
