"""Log lines: plain for a terminal, JSON for a collector; each knows the request it belongs to."""

import json
import logging
from contextvars import ContextVar
from datetime import UTC, datetime

request_id: ContextVar[str] = ContextVar("request_id", default="")


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, message, the request's id, and the facts of an access line."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if identity := request_id.get():
            line["request_id"] = identity
        line |= getattr(record, "facts", {})
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


class OneLine(logging.Filter):
    """For a library that logs a traceback a second while Redis is away: what is wrong, in one line."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and record.exc_info[0] is not None:
            record.msg, record.args = f"{record.getMessage()} {record.exc_info[0].__name__}", ()
            record.exc_info = None
        record.levelno, record.levelname = logging.WARNING, "WARNING"
        return True


class NoTracebackForRefusals(logging.Filter):
    """Django logs a 403 with a traceback, though nothing failed: somebody went where they may not. Nor is anything of
    ours wrong where the database is away, which a hundred requests a second may find out."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno < logging.ERROR:
            record.exc_info = None
        elif getattr(record, "status_code", 500) == 503 and record.exc_info and record.exc_info[0] is not None:
            record.msg, record.args = f"{record.getMessage()} ({record.exc_info[0].__name__})", ()
            record.exc_info = None
        return True
