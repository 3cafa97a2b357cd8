"""A database with a year of calls in it, made by plain SQL."""

from datetime import UTC, datetime

from sqlalchemy import text

from records.database.engine import Database

_SERIES = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) "
_AT = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%f', '{began}', '+' || (i * 31) || ' seconds') || '000'",
    "postgresql": "timestamptz '{began}Z' + i * interval '31 seconds'",
}
"""31 seconds apart: a million calls are a year."""

A_YEAR_BEFORE_NOON = datetime(2029, 3, 4, 11, tzinfo=UTC)
"""A million calls from here end at noon of the test console."""

_CALLS = {
    "line": "id, e164, created_at) {series} SELECT i, '+336' || (10000000 + i), {at} FROM n",
    "contact": "id, created_at) {series} SELECT i, {at} FROM n",
    "contact_line": "id, contact_id, line_id, since) {series} SELECT i, i, i, {at} FROM n",
    "call": "ref, landing, line_id, withheld, language, started_at, ended_at, disposition, cause) {series} "
    "SELECT i || '.1', '+33199000000', i, {false}, 'fr', {at}, {at}, 'message_heard', '16' FROM n",
    "call_event": "call_ref, at, kind, detail) {series} SELECT i || '.1', {at}, 'message_heard', "
    'CAST(\'{{"version": \' || (1 + i - 5000 * (i / 5000)) || \', "seconds": 12.0, "whole": true}}\' AS {json}) FROM n',
    "call_trait": "kind, value, started_at, call_ref) {series} SELECT w.kind, w.value, {at}, i || '.1' FROM n "
    "JOIN (SELECT 'key' AS kind, '1' AS value, 2 AS nth UNION ALL SELECT 'key', '9', 50000 "
    "UNION ALL SELECT 'agent', '1', 50 UNION ALL SELECT 'centre', 'north', 10) AS w ON i - w.nth * (i / w.nth) = 0",
    "interaction": "contact_id, purpose, channel, at, call_ref) {series} "
    "SELECT i, 'reception', 'telephone', {at}, i || '.1' FROM n",
    "request": "id, kind, contact_id, line_id, call_ref, created_at, closed_at, closed_by, outcome) {series} "
    "SELECT i, 'missed', i, i, i || '.1', {at}, {at}, 'Anne', 'reached' FROM n",
    "satisfaction_survey": "id, call_ref, asked_at, week, language) {series} "
    "SELECT i, i || '.1', {at}, CAST({day} AS {date}), 'fr' FROM n",
    "satisfaction_answer": "survey_id, question, value) {series} SELECT i, 'welcome', 1 + i - 5 * (i / 5) FROM n",
    "outbox_event": "id, at, kind, data) {series} SELECT 'e' || i, {at}, 'call.ended', CAST('{{}}' AS {json}) FROM n",
    "webhook_delivery": "id, endpoint_id, event_id, attempts, done_at) {series} SELECT i, 1, 'e' || i, 1, {at} FROM n",
}
_VERSIONS = {
    "audio": "sha256, seconds, media_type, original_name) {series} SELECT {hash}, "
    "12.0, 'audio/wav', 'monday.wav' FROM n",
    "message_version": "announcement, audio, text, valid_from, published_at, published_by) {series} SELECT "
    "'daily', {hash}, '', {at}, {at}, 'Anne' FROM n",
}

TABLES = (*_VERSIONS, *_CALLS)


def fill(database: Database, calls: int, versions: int, began: datetime = A_YEAR_BEFORE_NOON) -> None:
    """`calls` calls, each of another person, with all that belongs to them, and `versions` of the message."""
    dialect = database.url.get_backend_name()
    at = _AT[dialect].format(began=f"{began:%Y-%m-%d %H:%M:%S}")
    words = {
        "at": at,
        "day": f"substr({at}, 1, 10)" if dialect == "sqlite" else at,
        "false": "false",
        "date": "text" if dialect == "sqlite" else "date",
        "json": "text" if dialect == "sqlite" else "json",
        "hash": f"substr('{'0' * 64}' || i, -64)" if dialect == "sqlite" else f"right('{'0' * 64}' || i, 64)",
    }
    with database.write() as connection:
        connection.execute(
            text(
                "INSERT INTO webhook_endpoint (id, url, secret, kinds, full_numbers, enabled, created_at) "
                f"SELECT 1, 'https://example.org', 's', '*', false, true, {at.replace('i *', '0 *')}"
            )
        )
        for parts, count in ((_VERSIONS, versions), (_CALLS, calls)):
            for table, statement in parts.items():
                series = _SERIES.format(count=count)
                columns, rest = statement.format(series=series, **words).split(") ", 1)
                connection.exec_driver_sql(f"INSERT INTO {table} ({columns}) {rest}")
        if dialect == "postgresql":
            for table in TABLES:
                connection.exec_driver_sql(f"ANALYZE {table}")
                if table in ("line", "contact", "contact_line", "request", "webhook_delivery", "message_version"):
                    connection.exec_driver_sql(
                        f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"
                    )
