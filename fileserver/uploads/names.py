"""What an upload and its things are called in the log, in the object store and in the job queue."""

from uuid import UUID, uuid4

from compliance.uploads import DISCARD

__all__ = ["DISCARD"]

ASSEMBLE = "uploads.assemble"
VERIFY = "uploads.verify"
EXPIRE = "uploads.expire"
ORPHANS = "uploads.orphans"

OBJECTS, TAILS = "uploads/", "tails/"  # where their keys begin

PARTIAL, FINAL = "partial", "final"  # tus concatenation


def new_id(mark: str) -> UUID:
    """An upload's id, and so its keys, begin with its installation's mark: others may share the bucket (`orphans`)."""
    return UUID(hex=mark + uuid4().hex[len(mark) :])


def obj_of(upload_id: UUID) -> str:
    """What events call it."""
    return f"upload:{upload_id}"


def lock_of(job: str, upload_id: UUID) -> str:
    """What keeps two jobs of this name from running for one upload at the same time."""
    return f"{job}:{upload_id}"


def object_key(upload_id: UUID) -> str:
    """The object that its parts become; also the beginning of every key below."""
    return f"{OBJECTS}{upload_id}"


def single_key(upload_id: UUID, attempt: str) -> str:
    """The object that one PutObject writes. Each request has a key of its own: a late one can't overwrite."""
    return f"{object_key(upload_id)}-{attempt}"


def tail_prefix(upload_id: UUID) -> str:
    """The beginning of the keys of its tails."""
    return f"{TAILS}{upload_id}/"


def tail_key(upload_id: UUID, offset: int, attempt: str) -> str:
    """A tail's object; the attempt keeps requests apart as above."""
    return f"{tail_prefix(upload_id)}{offset}-{attempt}"
