"""Materials and versions in the words of the access decision, and what a reader may see of them.

A material is visible to somebody if one of its versions is. Which versions are is asked of the access rules alone, also
for lists, so that a list can't show what reading would refuse.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from compliance.access import Action, Actor, MaterialClass, Sensitivity, Target, VersionState, decide
from compliance.homes import home_of
from compliance.scopes import material_scope
from storage.rows.materials import MaterialRow
from storage.rows.scoping import Scope
from storage.rows.versions import VersionRow

FILENAME_CHARS_MAX = 255
NAMELESS = "file"


def obj_of(material_id: UUID) -> str:
    """What events call a material and everything that belongs to it."""
    return f"material:{material_id}"


def target_of_material(material: MaterialRow) -> Target:
    """The material itself for `decide`, whatever its versions are."""
    return Target(
        owner_id=material.owner_id,
        material_class=MaterialClass(material.material_class),
        withdrawn=material.withdrawn_at is not None,
        home=home_of(material.home_path, material.home_region),
        sensitivity=Sensitivity(material.sensitivity),
        material_id=material.id,
    )


def target_of(material: MaterialRow, version: VersionRow) -> Target:
    """One version for `decide`. What the material's other versions are opens nothing here."""
    state = VersionState(version.state)
    return replace(
        target_of_material(material),
        uploader_id=version.uploader_id,
        approved_exists=state is VersionState.APPROVED,
        state=state,
        sealable=version.preparation != "refused",
    )


def visible_versions(actor: Actor, material: MaterialRow, versions: Sequence[VersionRow]) -> list[VersionRow]:
    """The versions that the actor may read about, in the order given."""
    return [each for each in versions if decide(actor, Action.MATERIAL_READ, target_of(material, each)).allowed]


def visibility(actor: Actor) -> Scope:
    """The same question for lists."""
    return material_scope(actor)


def clean_filename(name: str) -> str:
    """A client's file name as one line without a path: safe to show and to offer as a download's name."""
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(each for each in last if unicodedata.category(each)[0] != "C" and each not in '"\u2028\u2029')
    return kept.strip(" .")[:FILENAME_CHARS_MAX] or NAMELESS
