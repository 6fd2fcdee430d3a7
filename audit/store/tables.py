"""The tables. Rows never leave `audit.store`: every query returns domain structs."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Column, Index, Text, TypeDecorator, UniqueConstraint
from sqlmodel import Field, SQLModel

from audit.domain.answer import Answer
from audit.domain.result import Printed
from audit.domain.scoring import ScoreCard


class MsgspecJSON(TypeDecorator[Any]):
    """A struct kept as its JSON text."""

    impl = Text
    cache_ok = True

    def __init__(self, shape: Any) -> None:
        super().__init__()
        self.shape = shape

    def process_bind_param(self, value: Any, dialect: Any) -> str | None:
        return None if value is None else msgspec.json.encode(value).decode()

    def process_result_value(self, value: Any, dialect: Any) -> Any:
        return None if value is None else msgspec.json.decode(value, type=self.shape)


class RegionRow(SQLModel, table=True):
    __tablename__ = "region"
    id: UUID = Field(primary_key=True)
    name_zh: str = Field(unique=True)
    name_en: str = Field(unique=True)


class BranchRow(SQLModel, table=True):
    __tablename__ = "branch"
    id: UUID = Field(primary_key=True)
    code: str = Field(unique=True)
    region_id: UUID = Field(foreign_key="region.id", index=True)
    kind: str
    name_zh: str
    name_en: str
    city_zh: str = ""
    city_en: str = ""
    address_zh: str = ""
    address_en: str = ""
    active: bool = True


class PersonRow(SQLModel, table=True):
    __tablename__ = "person"
    id: UUID = Field(primary_key=True)
    login: str = Field(unique=True)
    name: str
    role: str = Field(index=True)
    code: str = ""
    language: str | None = None
    password_hash: str
    active: bool = True


class PersonBranchRow(SQLModel, table=True):
    """The branches a branch manager answers for."""

    __tablename__ = "person_branch"
    person_id: UUID = Field(primary_key=True, foreign_key="person.id")
    branch_id: UUID = Field(primary_key=True, foreign_key="branch.id", index=True)


class SessionRow(SQLModel, table=True):
    """A sign-in. Only the SHA-256 of the browser's token is kept."""

    __tablename__ = "session"
    token_hash: str = Field(primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    created_at: datetime
    seen_at: datetime
    agent: str = ""


class SignInAttemptRow(SQLModel, table=True):
    """Failed sign-ins, for throttling; old ones are swept."""

    __tablename__ = "sign_in_attempt"
    id: UUID = Field(primary_key=True)
    key: str = Field(index=True)
    at: datetime


class ChecklistRow(SQLModel, table=True):
    """A published checklist version; never updated."""

    __tablename__ = "checklist"
    __table_args__ = (UniqueConstraint("checklist_id", "version"),)
    hash: str = Field(primary_key=True)
    checklist_id: str
    version: str
    content: str = Field(sa_column=Column(Text, nullable=False))
    published_at: datetime


class ProgrammeRow(SQLModel, table=True):
    __tablename__ = "programme"
    id: UUID = Field(primary_key=True)
    name_zh: str
    name_en: str


class WaveRow(SQLModel, table=True):
    __tablename__ = "wave"
    id: UUID = Field(primary_key=True)
    programme_id: UUID = Field(foreign_key="programme.id", index=True)
    name_zh: str
    name_en: str
    opens_on: date
    closes_on: date
    checklist_hash: str = Field(foreign_key="checklist.hash")
    brief_zh: str = ""
    brief_en: str = ""


class VisitRow(SQLModel, table=True):
    __tablename__ = "visit"
    __table_args__ = (
        Index("visit_branch_status", "branch_id", "status"),
        Index("visit_shopper_status", "shopper_id", "status"),
    )
    id: UUID = Field(primary_key=True)
    branch_id: UUID = Field(foreign_key="branch.id")
    wave_id: UUID = Field(foreign_key="wave.id", index=True)
    shopper_id: UUID = Field(foreign_key="person.id")
    mode: str
    checklist_hash: str = Field(foreign_key="checklist.hash")
    brief_zh: str = ""
    brief_en: str = ""
    due_on: date
    status: str = Field(index=True)
    started_at: datetime | None = None
    submitted_at: datetime | None = None
    returned_at: datetime | None = None
    return_reason: str = ""
    cancelled_at: datetime | None = None


class EventRow(SQLModel, table=True):
    """An answer event, exactly as made. Only ever inserted."""

    __tablename__ = "event"
    __table_args__ = (UniqueConstraint("visit_id", "device", "seq"),)
    id: UUID = Field(primary_key=True)
    visit_id: UUID = Field(foreign_key="visit.id")
    device: str
    seq: int
    lamport: int
    kind: str
    item: str
    checklist: str
    wall: datetime
    answer: Answer | None = Field(default=None, sa_column=Column(MsgspecJSON(Answer)))
    text: str | None = Field(default=None, sa_column=Column(Text))
    base: tuple[UUID, ...] = Field(
        default=(), sa_column=Column(MsgspecJSON(tuple[UUID, ...]), nullable=False)
    )
    monotonic: float | None = None
    boot: str = ""
    zone_minutes: int | None = None
    prev: str = ""
    v: int = 1
    hash: str
    received_at: datetime

    model_config = {"arbitrary_types_allowed": True}


class ReleaseRow(SQLModel, table=True):
    """A released visit: its score as published. Never updated."""

    __tablename__ = "release"
    visit_id: UUID = Field(primary_key=True, foreign_key="visit.id")
    number: str = Field(unique=True)
    card: ScoreCard = Field(sa_column=Column(MsgspecJSON(ScoreCard), nullable=False))
    raw_tenths: int | None = None
    final_tenths: int | None = None
    band: str | None = None
    vetoes: int = 0
    insufficient: bool = False
    checklist_hash: str = Field(foreign_key="checklist.hash")
    root: str
    extent: dict[str, int] = Field(sa_column=Column(MsgspecJSON(dict[str, int]), nullable=False))
    verdict: str = Field(default="", sa_column=Column(Text, nullable=False))
    reviewer: str = ""
    released_by: UUID = Field(foreign_key="person.id")
    released_at: datetime
    visited_at: datetime
    printed: Printed = Field(sa_column=Column(MsgspecJSON(Printed), nullable=False))

    model_config = {"arbitrary_types_allowed": True}
