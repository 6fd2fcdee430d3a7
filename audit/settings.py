"""Every MINGCHA_* variable, one struct. A bad or unknown one stops the start, in plain words."""

from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec


class BadSetting(Exception):
    """A MINGCHA_* variable that cannot be used; the message names it."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Defaults start a working single-machine installation."""

    data: Path = Path("data")
    """Folder for the SQLite database and files."""
    database_url: str = ""
    """`sqlite:///…` or `postgresql+psycopg://…`; empty: `mingcha.sqlite3` in the data folder."""
    public_url: str = ""
    """The https:// address people use; empty: plain http on this machine only."""
    trusted_proxies: str = ""
    """Addresses of reverse proxies whose X-Forwarded-* headers are believed, with commas."""
    host: str = "127.0.0.1"
    port: int = 8000
    language: Literal["zh", "en"] = "zh"
    """Language for people who have not chosen one."""
    timezone: str = "Asia/Shanghai"
    """Zone in which dates and times are shown."""
    session_days: int = 14
    """A sign-in ends after this many days without use, and after 90 days in any case."""
    pdf_workers: int = 1
    """Warm processes that draw PDFs."""
    photos: str = ""
    """Where photos are kept: a folder, or `s3://bucket/folder`; empty: `photos` in the data
    folder."""
    photos_endpoint: str = ""
    """The address of an S3 that is not Amazon's."""
    photos_region: str = ""
    photos_key_id: str = ""
    photos_secret: str = ""
    offline: bool = True
    """Pages open on phones without a connection; off takes that back from every phone."""
    pdf_seconds: int = 60
    """Longest time for drawing one; then it is stopped."""
    contact: str = ""
    """Whom a branch turns to about a report, as printed on it: an address, a telephone."""
    demo: bool = False
    """Demo data and demo accounts; never on a real installation."""

    @property
    def url(self) -> str:
        return self.database_url or f"sqlite:///{self.data.absolute() / 'mingcha.sqlite3'}"

    @property
    def photo_place(self) -> str:
        return self.photos or str(self.data.absolute() / "photos")

    @property
    def bucket(self) -> dict[str, str]:
        """How a bucket of photos is reached."""
        return {
            "endpoint": self.photos_endpoint,
            "region": self.photos_region,
            "access_key_id": self.photos_key_id,
            "secret_access_key": self.photos_secret,
        }

    @property
    def secure(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "Settings":
        """Raises `BadSetting`."""
        prefix = "MINGCHA_"
        given = {
            name.removeprefix(prefix).lower(): value
            for name, value in env.items()
            if name.startswith(prefix) and not name.startswith("MINGCHA_TEST_")
        }
        unknown = given.keys() - set(cls.__struct_fields__)
        if unknown:
            names = ", ".join(sorted(prefix + name.upper() for name in unknown))
            raise BadSetting(f"unknown setting: {names}")
        values = {}
        for field in msgspec.structs.fields(cls):
            if field.name in given:
                try:
                    values[field.name] = msgspec.convert(
                        given[field.name], field.type, strict=False, dec_hook=_path
                    )
                except msgspec.ValidationError as error:
                    raise BadSetting(f"{prefix}{field.name.upper()}: {error}") from error
        settings = cls(**values)
        settings.check()
        return settings

    def check(self) -> None:
        if not self.url.startswith(("sqlite:///", "postgresql+psycopg://")):
            raise BadSetting(
                "MINGCHA_DATABASE_URL must start with sqlite:/// or postgresql+psycopg://"
            )
        self._must_be_safe()
        self._must_reach_photos()
        if not 1 <= self.port <= 65535:
            raise BadSetting("MINGCHA_PORT must be between 1 and 65535")
        for name in ("session_days", "pdf_workers", "pdf_seconds"):
            if getattr(self, name) < 1:
                raise BadSetting(f"MINGCHA_{name.upper()} must be at least 1")
        try:
            ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise BadSetting(f"MINGCHA_TIMEZONE: no time zone {self.timezone!r}") from error

    def _must_reach_photos(self) -> None:
        remote = self.photos.startswith("s3://")
        if "://" in self.photos and not (remote and urlsplit(self.photos).netloc):
            raise BadSetting("MINGCHA_PHOTOS must be a folder or s3://bucket/folder")
        if not remote and (self.photos_endpoint or self.photos_key_id):
            raise BadSetting(
                "MINGCHA_PHOTOS_… settings need MINGCHA_PHOTOS to be s3://bucket/folder"
            )
        if bool(self.photos_key_id) != bool(self.photos_secret):
            raise BadSetting("MINGCHA_PHOTOS_KEY_ID and MINGCHA_PHOTOS_SECRET go together")
        endpoint = urlsplit(self.photos_endpoint)
        here = endpoint.scheme == "http" and loopback(endpoint.hostname or "")
        if self.photos_endpoint and endpoint.scheme != "https" and not here:
            raise BadSetting("MINGCHA_PHOTOS_ENDPOINT must start with https://")

    def _must_be_safe(self) -> None:
        """Passwords and answers never cross a network in the clear."""
        public = urlsplit(self.public_url)
        here = public.scheme == "http" and loopback(public.hostname or "")
        if self.public_url and not self.secure and not here:
            raise BadSetting("MINGCHA_PUBLIC_URL must start with https://")
        if not self.secure and not loopback(self.host):
            raise BadSetting(
                f"MINGCHA_HOST {self.host} can be reached from other machines, "
                "so MINGCHA_PUBLIC_URL must be the https:// address people use"
            )
        if self.demo and self.public_url:
            raise BadSetting(
                "MINGCHA_DEMO opens accounts whose password everybody knows: "
                "it cannot be used together with MINGCHA_PUBLIC_URL"
            )


def loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _path(kind: type, value: object) -> object:
    if kind is Path:
        return Path(str(value))
    raise NotImplementedError(kind)
