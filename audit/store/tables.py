"""The tables. Rows never leave `audit.store`: every query returns domain structs."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import BigInteger, Column, Index, Text, TypeDecorator, UniqueConstraint
from sqlmodel import Field, SQLModel

from audit.domain.phone import SelfTest
from audit.domain.result import Printed
from audit.domain.scoring import ScoreCard
from audit.domain.tables import Tables

Numbers = dict[str, int]


class MsgspecJSON(TypeDecorator[Any]):
    """A struct kept as its JSON text. One that is damaged reads as None: a query for several
    rows gives the others, and whoever needs this one says that it cannot be read."""

    impl = Text
    cache_ok = True

    def __init__(self, shape: Any) -> None:
        super().__init__()
        self.shape = shape

    def process_bind_param(self, value: Any, dialect: Any) -> str | None:
        return None if value is None else msgspec.json.encode(value).decode()

    def process_result_value(self, value: Any, dialect: Any) -> Any:
        try:
            return None if value is None else msgspec.json.decode(value, type=self.shape)
        except msgspec.DecodeError:
            return None


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
    note: str = Field(default="", sa_column=Column(Text, nullable=False))  # what it changes


class DraftRow(SQLModel, table=True):
    """A checklist being written: the tables of its file, incomplete as they may be."""

    __tablename__ = "draft"
    id: UUID = Field(primary_key=True)
    content: Tables | None = Field(sa_column=Column(MsgspecJSON(Tables), nullable=False))
    based_on: str = ""  # the version it began from
    edited_by: UUID = Field(foreign_key="person.id")
    edited_at: datetime
    page: str = ""  # the open page that saved it last

    model_config = {"arbitrary_types_allowed": True}


class ScenarioRow(SQLModel, table=True):
    """A scenario as it was assigned; never updated."""

    __tablename__ = "scenario"
    hash: str = Field(primary_key=True)
    content: str = Field(sa_column=Column(Text, nullable=False))


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
    scenario_hash: str | None = Field(default=None, foreign_key="scenario.hash")
    due_on: date
    status: str = Field(index=True)
    started_at: datetime | None = None
    handing_in: UUID | None = None  # the event of it, until all that it names is here
    submitted_at: datetime | None = None
    returned_at: datetime | None = None
    return_reason: str = ""
    cancelled_at: datetime | None = None


class EventRow(SQLModel, table=True):
    """An answer event: `body` exactly as its device wrote it. Only ever inserted."""

    __tablename__ = "event"
    __table_args__ = (UniqueConstraint("visit_id", "device", "seq"),)
    id: UUID = Field(primary_key=True)
    visit_id: UUID = Field(foreign_key="visit.id")
    device: str  # `…~1` where a phone set back to an earlier state gave a number twice
    seq: int = Field(sa_type=BigInteger)
    body: str = Field(sa_column=Column(Text, nullable=False))
    hash: str
    late: bool = False  # came when the visit had been handed in: not part of it
    received_at: datetime


class QuarantineRow(SQLModel, table=True):
    """What a phone sent that cannot be part of a visit: kept, never lost, never counted."""

    __tablename__ = "quarantine"
    __table_args__ = (UniqueConstraint("visit_id", "hash"),)
    id: UUID = Field(primary_key=True)
    visit_id: UUID = Field(foreign_key="visit.id")
    body: str = Field(sa_column=Column(Text, nullable=False))
    hash: str
    trouble: str
    received_at: datetime


class VisitTokenRow(SQLModel, table=True):
    """Lets one phone add to one visit, signed in or not. Only the SHA-256 is kept."""

    __tablename__ = "visit_token"
    token_hash: str = Field(primary_key=True)
    visit_id: UUID = Field(foreign_key="visit.id", index=True)
    person_id: UUID = Field(foreign_key="person.id")
    created_at: datetime
    expires_at: datetime
    phone: str = ""  # its cookie
    device: str = ""  # as it called itself then


class IncidentRow(SQLModel, table=True):
    """A phone asked for a token and had lost what it had kept of the visit."""

    __tablename__ = "incident"
    id: UUID = Field(primary_key=True)
    visit_id: UUID = Field(foreign_key="visit.id")
    person_id: UUID = Field(foreign_key="person.id")
    at: datetime
    entries: int  # those it had sent before
    last_at: datetime | None = None
    agent: str = ""


class SelfTestRow(SQLModel, table=True):
    """What a shopper's phone found out about itself."""

    __tablename__ = "self_test"
    id: UUID = Field(primary_key=True)
    person_id: UUID = Field(foreign_key="person.id")
    at: datetime
    agent: str = ""
    result: SelfTest | None = Field(sa_column=Column(MsgspecJSON(SelfTest), nullable=False))

    model_config = {"arbitrary_types_allowed": True}


class ReceiptRow(SQLModel, table=True):
    """A visit was sealed: all that the handing in named had arrived."""

    __tablename__ = "receipt"
    event_id: UUID = Field(primary_key=True, foreign_key="event.id")
    visit_id: UUID = Field(foreign_key="visit.id", index=True)
    root: str
    events: int
    photos: int
    sealed_at: datetime
    apart: int = 0  # of the events; they are no part of the visit


class PhotoRow(SQLModel, table=True):
    """A photo whose bytes have all come, by what they are: other bytes under one id are
    another row, and the event says which of them counts."""

    __tablename__ = "photo"
    visit_id: UUID = Field(primary_key=True, foreign_key="visit.id")
    photo_id: UUID = Field(primary_key=True)
    sha: str = Field(primary_key=True)
    size: int
    key: str  # of its files
    width: int  # of the picture made from it; 0: it is none
    height: int
    received_at: datetime


class ReleaseRow(SQLModel, table=True):
    """A released visit: its score as published. Never updated."""

    __tablename__ = "release"
    visit_id: UUID = Field(primary_key=True, foreign_key="visit.id")
    number: str = Field(unique=True)
    card: ScoreCard | None = Field(sa_column=Column(MsgspecJSON(ScoreCard), nullable=False))
    raw_tenths: int | None = None
    final_tenths: int | None = None
    band: str | None = None
    vetoes: int = 0
    insufficient: bool = False
    checklist_hash: str = Field(foreign_key="checklist.hash")
    root: str
    extent: Numbers | None = Field(sa_column=Column(MsgspecJSON(Numbers), nullable=False))
    verdict: str = Field(default="", sa_column=Column(Text, nullable=False))
    reviewer: str = ""
    released_by: UUID = Field(foreign_key="person.id")
    released_at: datetime
    visited_at: datetime
    printed: Printed | None = Field(sa_column=Column(MsgspecJSON(Printed), nullable=False))

    model_config = {"arbitrary_types_allowed": True}
