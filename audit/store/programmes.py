"""Programmes and their waves."""

from datetime import date
from uuid import UUID

from sqlmodel import Session, col, select

from audit.domain.problems import N_, NotFound
from audit.domain.programme import Programme
from audit.domain.text import Text
from audit.domain.visit import Wave
from audit.store.tables import ProgrammeRow, WaveRow


def save_programme(session: Session, programme_id: UUID, name: Text) -> None:
    row = session.get(ProgrammeRow, programme_id) or ProgrammeRow(
        id=programme_id, name_zh="", name_en=""
    )
    row.name_zh, row.name_en = name.zh, name.en
    session.add(row)
    session.flush()


def list_programmes(session: Session) -> list[tuple[UUID, Text]]:
    rows = session.exec(select(ProgrammeRow).order_by(col(ProgrammeRow.name_zh))).all()
    return [(row.id, Text(row.name_zh, row.name_en)) for row in rows]


def list_with_waves(session: Session) -> list[Programme]:
    """Every programme with its waves, newest wave first."""
    waves: dict[UUID, list[Wave]] = {}
    query = (
        select(WaveRow, ProgrammeRow)
        .join(ProgrammeRow)
        .order_by(col(WaveRow.opens_on).desc(), col(WaveRow.id))
    )
    for row, programme in session.exec(query):
        waves.setdefault(programme.id, []).append(to_wave(row, programme))
    return [
        Programme(programme_id, name, tuple(waves.get(programme_id, ())))
        for programme_id, name in list_programmes(session)
    ]


def get_programme(session: Session, programme_id: UUID) -> Programme:
    for programme in list_with_waves(session):
        if programme.id == programme_id:
            return programme
    raise NotFound(N_("There is no such programme."))


def get_programme_of(session: Session, wave_id: UUID) -> Programme:
    for programme in list_with_waves(session):
        if any(wave.id == wave_id for wave in programme.waves):
            return programme
    raise NotFound(N_("There is no such wave."))


def save_wave(
    session: Session,
    wave_id: UUID,
    programme_id: UUID,
    name: Text,
    opens_on: date,
    closes_on: date,
    checklist: str,
    brief: Text,
) -> None:
    row = session.get(WaveRow, wave_id) or WaveRow(
        id=wave_id,
        programme_id=programme_id,
        name_zh="",
        name_en="",
        opens_on=opens_on,
        closes_on=closes_on,
        checklist_hash=checklist,
    )
    row.programme_id, row.name_zh, row.name_en = programme_id, name.zh, name.en
    row.opens_on, row.closes_on, row.checklist_hash = opens_on, closes_on, checklist
    row.brief_zh, row.brief_en = brief.zh, brief.en
    session.add(row)
    session.flush()


def get_wave(session: Session, wave_id: UUID) -> tuple[Wave, Text]:
    """The wave and the brief its visits start from."""
    row = session.get(WaveRow, wave_id)
    if row is None:
        raise NotFound(N_("There is no such wave."))
    programme = session.get(ProgrammeRow, row.programme_id)
    assert programme is not None  # a foreign key holds it
    return to_wave(row, programme), Text(row.brief_zh, row.brief_en)


def list_waves(session: Session) -> list[Wave]:
    query = (
        select(WaveRow, ProgrammeRow)
        .join(ProgrammeRow)
        .order_by(col(WaveRow.opens_on).desc(), col(WaveRow.id))
    )
    return [to_wave(row, programme) for row, programme in session.exec(query)]


def to_wave(row: WaveRow, programme: ProgrammeRow) -> Wave:
    return Wave(
        id=row.id,
        programme=Text(programme.name_zh, programme.name_en),
        name=Text(row.name_zh, row.name_en),
        opens_on=row.opens_on,
        closes_on=row.closes_on,
        checklist=row.checklist_hash,
    )
