"""The studio draws what the story needs."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from fileserver.demo import studio
from fileserver.demo.materials import catalogue
from fileserver.demo.studio import SLUGS, Drawn, Studio
from storage.errors import EngineFailed


def children() -> set[psutil.Process]:
    """Every process below this one: the test engines' may be among them."""
    return set(psutil.Process().children(recursive=True))


@pytest.fixture
def before() -> set[psutil.Process]:
    """What ran before the studio opened."""
    return children()


@pytest.fixture
def small(before: set[psutil.Process], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    """A studio with one material that is drawn quickly, and one that nobody can draw."""
    monkeypatch.setattr(studio, "HURRIED", ("regional-plan",))
    monkeypatch.setattr(studio, "UNHURRIED", ("unicorn",))
    with closing(Studio(tmp_path)) as opened:
        yield opened


def test_draws_the_whole_catalogue() -> None:
    """Every material of the catalogue is drawn, each by one artist."""
    assert sorted(each.slug for each in catalogue()) == sorted(SLUGS)


async def test_hands_out_finished_materials_and_failures(small: Studio) -> None:
    """A material comes with its names and bytes; an artist that fails is told with what it said."""
    drawn = await small.drawn("regional-plan")
    (plan,) = [each for each in catalogue() if each.slug == "regional-plan"]
    assert drawn == Drawn(
        slug=plan.slug,
        filename=plan.filename,
        media_type=plan.media_type,
        title_zh=plan.title_zh,
        title_en=plan.title_en,
        material_class=plan.material_class,
        content=plan.make(),
    )
    with pytest.raises(EngineFailed, match="KeyError: 'unicorn'"):
        await small.drawn("unicorn")


def test_leaves_nothing(before: set[psutil.Process], small: Studio, tmp_path: Path) -> None:
    """When it closes in the middle of its work, the artists have gone and the folder too."""
    artists = children() - before
    small.close()
    assert artists
    assert not psutil.wait_procs(artists, timeout=0)[1]
    assert [] == list(tmp_path.iterdir())
