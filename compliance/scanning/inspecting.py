"""The step that has the file itself looked at: its type, what is active in it, what it holds."""

from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing

from compliance.detecting import Found
from compliance.detecting.registry import OF_FILES
from compliance.scanning.case import CUT, Case
from compliance.scanning.inspectors import Inspector, Opening
from storage.objects import ObjectStore


class Inspecting:
    """Every detector of `compliance.detecting.registry`, on the bytes."""

    name = "file"

    def __init__(self, objects: ObjectStore, inspector: Inspector) -> None:
        self._objects, self._inspector = objects, inspector

    async def look(self, case: Case) -> Mapping[str, str]:
        """As `Step` says."""
        version, versions = case.version, dict[str, str]()
        opening = Opening(
            filename=version.filename,
            media_type=version.media_type,
            size_bytes=version.size_bytes,
            material_class=case.material.material_class,
        )

        async def pieces(start: int, stop: int) -> AsyncIterator[bytes]:
            async with aclosing(self._objects.read(version.object_key, start=start, stop=stop)) as source:
                async for piece in source:
                    yield piece

        async with aclosing(self._inspector.look(opening, pieces, tuple(OF_FILES))) as answers:
            async for answer in answers:
                if answer.cause:
                    await case.fail(answer.detector, answer.cause)
                    continue
                versions[answer.detector] = answer.version
                await case.add(answer.found)
                if answer.cut:
                    params = {"limit": len(answer.found)}
                    found = Found(detector=answer.detector, rule=CUT, severity="block", params=params, hard=True)
                    await case.add([found])
        return versions
