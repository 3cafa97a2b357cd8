"""The minimal cost of a durable request: Flask under waitress, a JSON form checked by hand, one row, one commit, 202.

python -m bench.bare_flask PORT FILE THREADS
"""

import secrets
import sqlite3
import sys
import threading

from flask import Flask, Response, jsonify, request
from waitress import serve


def create_app(file: str) -> Flask:
    app, local = Flask(__name__), threading.local()
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(
            "CREATE TABLE IF NOT EXISTS callback_request (ref TEXT PRIMARY KEY, number TEXT NOT NULL, at TEXT NOT NULL)"
        )

    def database() -> sqlite3.Connection:
        if not hasattr(local, "connection"):
            local.connection = sqlite3.connect(file, timeout=5, isolation_level=None)
            local.connection.execute("PRAGMA synchronous = FULL")  # an accepted request is durable
        return local.connection

    @app.post("/v1/callbacks")
    def create() -> tuple[Response, int]:
        form = request.get_json()
        number = form.get("number")
        if not isinstance(number, str) or form.get("consent_call") is not True:
            return jsonify(error="number and consent_call are needed"), 400
        ref = secrets.token_urlsafe(8)
        database().execute("INSERT INTO callback_request VALUES (?, ?, datetime('now'))", (ref, number))
        return jsonify(reference=ref), 202

    @app.get("/health")
    def health() -> Response:
        return jsonify(status="ok")

    return app


if __name__ == "__main__":
    serve(
        create_app(sys.argv[2]),
        host="127.0.0.1",
        port=int(sys.argv[1]),
        threads=int(sys.argv[3]),
        ident=None,
        asyncore_use_poll=True,
        _quiet=True,
    )
