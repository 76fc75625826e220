"""What a reader may see of a material."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from compliance.access import Actor, Role, VersionState
from compliance.materials import clean_filename, visible_versions
from storage.rows.materials import MaterialRow
from storage.rows.versions import VersionRow

READER, SOMEBODY, BRAND = uuid4(), uuid4(), uuid4()
START = datetime(2026, 11, 23, tzinfo=UTC)


def material(owner_id: UUID = SOMEBODY) -> MaterialRow:
    """A material of this owner, who works where the reader does."""
    return MaterialRow(
        id=uuid4(),
        owner_id=owner_id,
        title="手册",
        description="",
        material_class="in_clinic",
        created_at=START,
        home_path=(BRAND,),
    )


def version(state: VersionState, number: int = 1, uploader_id: UUID = SOMEBODY) -> VersionRow:
    """A version in this state."""
    return VersionRow(
        id=uuid4(),
        material_id=uuid4(),
        number=number,
        sha256="0" * 64,
        size_bytes=1,
        media_type="application/pdf",
        filename="a.pdf",
        object_key="uploads/x",
        upload_id=None,
        uploader_id=uploader_id,
        state=state,
        preparation="ready",
        pages_total=1,
        pages_ready=1,
        created_at=START,
    )


def states_seen(role: Role, owner_id: UUID = SOMEBODY) -> set[VersionState]:
    """Which of four versions, one in each state, somebody of this role sees."""
    every = [version(state) for state in VersionState]
    reader = Actor(person_id=READER, role=role, departments=(BRAND,))
    return {VersionState(each.state) for each in visible_versions(reader, material(owner_id), every)}


@pytest.mark.parametrize(
    ("expected", "role"),
    [
        ({VersionState.APPROVED}, Role.MARKETER),
        (set(VersionState), Role.MANAGER),
        (set(VersionState) - {VersionState.DRAFT}, Role.REVIEWER),
        (set(VersionState), Role.AUDITOR),
        (set(), Role.ADMIN),
        (set(), Role.VIEWER),
    ],
)
def test_each_role_sees_its_versions_of_others_materials(expected: set[VersionState], role: Role) -> None:
    """A marketer sees what is approved, a reviewer what was submitted, manager and auditor all, the rest nothing."""
    assert expected == states_seen(role)


def test_a_marketer_sees_every_version_of_their_own() -> None:
    """Owning a material shows its drafts and rejections too."""
    assert set(VersionState) == states_seen(Role.MARKETER, owner_id=READER)


def test_an_approved_version_does_not_open_the_draft_beside_it() -> None:
    """What another marketer sees of a revised material is the approved version, not what comes next."""
    draft, approved = version(VersionState.DRAFT, 2), version(VersionState.APPROVED, 1)
    reader = Actor(person_id=READER, role=Role.MARKETER, departments=(BRAND,))
    assert [approved] == visible_versions(reader, material(), [draft, approved])


@pytest.mark.parametrize(
    ("expected", "name"),
    [
        ("产品手册 2026.pdf", "产品手册 2026.pdf"),
        ("passwd", "../../etc/passwd"),
        ("evil.pdf", "C:\\temp\\evil.pdf"),
        ("ab.pdf", "a\r\nb\0.pdf"),
        ("gpj.exe", "\u202egpj.exe"),
        ("a.pdf", 'a".pdf'),
        ("file", "..."),
        ("file", ""),
        ("x" * 255, "x" * 400),
    ],
)
def test_a_file_name_becomes_one_harmless_line(expected: str, name: str) -> None:
    """Paths, controls, direction marks and quotation marks go; what is left empty is called file."""
    assert expected == clean_filename(name)
