"""New identifiers: UUIDv7 (RFC 9562 §5.7), so that rows made together lie together."""

import secrets
import time
from uuid import UUID


def new_id() -> UUID:
    return id_at(time.time_ns() // 1_000_000, secrets.randbits(80))


def id_at(milliseconds: int, chance: int) -> UUID:
    """The id of a moment (since 1970) with these 80 random bits."""
    value = (milliseconds << 80) | chance
    value = (value & ~(0xF << 76)) | (0x7 << 76)  # version 7
    value = (value & ~(0x3 << 62)) | (0x2 << 62)  # variant 10
    return UUID(int=value)
