"""What the access rules need to know of a thing that the API has answered, to tell which buttons to show.

The rules decide again, on fresh rows, when a button is used.
"""

from compliance.access import Target, VersionState
from fileserver.materials.schemas import MaterialOut, VersionOut
from fileserver.reviews.schemas import ReviewOut


def target_of_version(material: MaterialOut, version: VersionOut) -> Target:
    """One version of a material."""
    return Target(
        owner_id=material.owner.id,
        uploader_id=version.uploader.id,
        approved_exists=version.state is VersionState.APPROVED,
        material_class=material.material_class,
        state=version.state,
        withdrawn=material.withdrawn is not None,
    )


def target_under_review(review: ReviewOut) -> Target:
    """The version that a review is about."""
    return Target(
        uploader_id=review.uploader.id,
        approved_exists=review.version.state is VersionState.APPROVED,
        material_class=review.material.material_class,
        state=review.version.state,
        withdrawn=review.withdrawn,
    )
