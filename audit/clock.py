"""The one clock. Handlers and jobs read it; the domain is handed times."""

from datetime import UTC, datetime


def now() -> datetime:
    return datetime.now(UTC)
