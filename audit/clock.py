"""The one clock. Handlers and jobs read it; the domain is handed times."""

from datetime import UTC, date, datetime, tzinfo


def now() -> datetime:
    return datetime.now(UTC)


def today(zone: tzinfo) -> date:
    """The day it is where the branches are."""
    return now().astimezone(zone).date()
