"""Where photos are kept: a folder of this machine, or a bucket that speaks S3."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from obstore.store import LocalStore, S3Store


PATIENCE = timedelta(seconds=20)  # with a bucket that does not answer


class NotReached(OSError):
    """The folder or the bucket cannot be used just now."""


class Files:
    """Content by key; a key is never written with other content."""

    def __init__(self, place: str, **bucket: str) -> None:
        """`place`: a folder, or `s3://bucket/folder` with `endpoint`, `region`,
        `access_key_id` and `secret_access_key`, as far as they are needed."""
        self.place = place
        self.bucket = {name: value for name, value in bucket.items() if value}
        self._store: LocalStore | S3Store | None = None

    def put(self, key: str, content: bytes) -> None:
        """On disk, whole, when this returns. Raises `NotReached`."""
        with _told_plainly(key):
            self._open().put(key, content)
            if not self._remote:
                _settle(Path(self.place), key)

    def get(self, key: str) -> bytes | None:
        """Raises `NotReached`."""
        with _told_plainly(key):
            try:
                return bytes(self._open().get(key).bytes())
            except FileNotFoundError:  # what the library's own error is made from
                return None

    @property
    def _remote(self) -> bool:
        return self.place.startswith("s3://")

    def _open(self) -> "LocalStore | S3Store":
        """The library is loaded when a photo is first asked for; pages do without it."""
        if self._store is None:
            from obstore.store import LocalStore, S3Store  # noqa: PLC0415  # slow, and few need it

            if self._remote:
                plain = self.bucket.get("endpoint", "").startswith("http://")
                options: Any = {
                    "client_options": {"allow_http": plain, "timeout": PATIENCE},
                    "retry_config": {"max_retries": 3, "retry_timeout": PATIENCE},
                    **self.bucket,
                }
                self._store = S3Store.from_url(self.place, **options)
            else:
                self._store = LocalStore(self.place, mkdir=True)
        return self._store


@contextmanager
def _told_plainly(key: str) -> Iterator[None]:
    from obstore.exceptions import BaseError  # noqa: PLC0415

    try:
        yield
    except (BaseError, OSError) as error:
        reason = str(error).splitlines()[0]
        raise NotReached(f"photo {key}: {reason}") from error


def _settle(place: Path, key: str) -> None:
    """The library renames a finished file into its place; the disk has to know of both."""
    file = place / key
    for path in (file, *file.relative_to(place).parents):
        handle = os.open(place / path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
