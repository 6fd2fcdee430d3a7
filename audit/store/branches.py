"""Regions and branches."""

from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from audit.domain.branch import Branch, Region
from audit.domain.people import Person
from audit.domain.problems import N_, Conflict, NotFound
from audit.domain.text import Text
from audit.store.tables import BranchRow, RegionRow


def list_regions(session: Session) -> list[Region]:
    rows = session.exec(select(RegionRow).order_by(col(RegionRow.name_zh))).all()
    return [to_region(row) for row in rows]


def get_region(session: Session, region_id: UUID) -> Region:
    row = session.get(RegionRow, region_id)
    if row is None:
        raise NotFound(N_("There is no such region."))
    return to_region(row)


def save_region(session: Session, region: Region) -> None:
    row = session.get(RegionRow, region.id) or RegionRow(id=region.id, name_zh="", name_en="")
    row.name_zh, row.name_en = region.name.zh, region.name.en
    session.add(row)
    session.flush()


def count_branches(session: Session) -> dict[UUID, int]:
    """Branches, active or not, by region."""
    query = select(BranchRow.region_id, func.count()).group_by(col(BranchRow.region_id))
    return dict(session.exec(query).all())


def delete_region(session: Session, region_id: UUID) -> None:
    """Raises `Conflict` while a branch, active or not, belongs to it."""
    row = session.get(RegionRow, region_id)
    if row is None:
        raise NotFound(N_("There is no such region."))
    if count_branches(session).get(region_id):
        raise Conflict(N_("Branches belong to this region. Move them to another one first."))
    session.delete(row)
    session.flush()


def get_branch(session: Session, person: Person, branch_id: UUID) -> Branch:
    """A branch this person may see: a branch manager's own, anyone else's any."""
    if person.role == "branch_manager" and branch_id not in person.branches:
        raise NotFound(N_("There is no such branch."))
    row = session.get(BranchRow, branch_id)
    if row is None:
        raise NotFound(N_("There is no such branch."))
    return to_branch(row, _region(session, row.region_id))


def list_branches(session: Session, person: Person) -> list[Branch]:
    query = select(BranchRow, RegionRow).join(RegionRow).order_by(col(BranchRow.code))
    if person.role == "branch_manager":
        query = query.where(col(BranchRow.id).in_(person.branches))
    return [to_branch(row, region) for row, region in session.exec(query)]


def save_branch(session: Session, branch: Branch) -> None:
    """Insert or update; raises `Conflict` when the code is another branch's."""
    taken = session.exec(select(BranchRow).where(BranchRow.code == branch.code)).first()
    if taken is not None and taken.id != branch.id:
        raise Conflict(N_("Another branch already has the code %(code)s."), code=branch.code)
    row = session.get(BranchRow, branch.id) or BranchRow(
        id=branch.id, code="", region_id=branch.region.id, kind="", name_zh="", name_en=""
    )
    row.code, row.kind, row.region_id = branch.code, branch.kind, branch.region.id
    row.name_zh, row.name_en = branch.name.zh, branch.name.en
    row.city_zh, row.city_en = branch.city.zh, branch.city.en
    row.address_zh, row.address_en = branch.address.zh, branch.address.en
    row.active = branch.active
    session.add(row)
    session.flush()


def to_region(row: RegionRow) -> Region:
    return Region(row.id, Text(row.name_zh, row.name_en))


def to_branch(row: BranchRow, region: RegionRow) -> Branch:
    return Branch(
        id=row.id,
        code=row.code,
        name=Text(row.name_zh, row.name_en),
        kind=row.kind,  # type: ignore[arg-type]  # only kinds are ever saved
        region=to_region(region),
        city=Text(row.city_zh, row.city_en),
        address=Text(row.address_zh, row.address_en),
        active=row.active,
    )


def _region(session: Session, region_id: UUID) -> RegionRow:
    row = session.get(RegionRow, region_id)
    assert row is not None  # a foreign key holds it
    return row
