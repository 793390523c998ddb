"""Log lines as JSON, one an event, with addresses and credentials cut from them."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import IO, Any

from sidecar.scrub import scrub, scrub_all

# What logging itself puts on a record; everything else came by `extra=`.
_OWN = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
SECRET_NAMES = ("password", "secret", "token", "key", "cookie", "signature", "sealed", "nonce", "authorization")


class JSONLines(logging.Formatter):
    """One line a record: at, level, logger, message, whatever `extra=` adds, and the error's trace."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": scrub(record.getMessage()),
        }
        for name, value in vars(record).items():
            if name not in _OWN and not name.startswith("_"):
                secret = any(word in name.lower() for word in SECRET_NAMES)
                line[name] = "***" if secret else scrub_all(value)
        if record.exc_info:
            line["error"] = scrub(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False, default=lambda value: scrub(str(value)))


def set_up(level: str, stream: IO[str] | None = None) -> None:
    """Every logger of this process writes JSON lines to *stream* (stderr)."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JSONLines())
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level.upper())
    for talkative in ("urllib3", "apprise", "werkzeug"):  # they log addresses with their credentials
        logging.getLogger(talkative).setLevel(max(logging.WARNING, root.level))
