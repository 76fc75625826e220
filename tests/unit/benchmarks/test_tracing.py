"""The attacks and the table of the tracing benchmark."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks.stage import Figure
from benchmarks.tracing.attacks import Attack, attacks, delivered
from benchmarks.tracing.corpus import prepared
from benchmarks.tracing.innocent import Innocent
from benchmarks.tracing.keeping import figures_kept, keep_figures, records_kept
from benchmarks.tracing.table import false_alarms, informing, quality, robustness
from benchmarks.tracing.trial import Record, similarity
from benchmarks.tracing.writing import PAGE, NoSuchPlace, measured, replaced
from watermark.hidden import Carrier, HiddenKey, embed, read_blind

KEY = HiddenKey(1, bytes(range(32)))
COPY_ID = 0xABCDEF012345
BLIND_MAY_FAIL = {("photo of a screen", "corners off by 4%"), ("photo of a screen", "corners off by 7%")}


def picture() -> np.ndarray:
    """A picture with soft areas, edges and grain, 1040 × 800."""
    rows, columns = np.mgrid[:800, :1040]
    hills = 128 + 50 * np.sin(columns / 70) * np.cos(rows / 110) + 40 * (np.sin(rows * columns / 90000) > 0)
    grain = np.random.default_rng(2).normal(0, 5, (800, 1040, 3))
    return np.asarray(np.clip(hills[:, :, None] + grain, 0, 255), np.uint8)


@pytest.fixture(scope="module")
def copy() -> np.ndarray:
    """The picture, sealed and delivered."""
    plain = picture()
    return delivered(embed(plain, Carrier.of(plain), COPY_ID, KEY, bytes(32)))


@pytest.mark.parametrize("attack", attacks()[::3], ids=lambda attack: f"{attack.name} {attack.strength}")
def test_attacks_are_survived(copy: np.ndarray, attack: Attack) -> None:
    """The copy itself and every attack at its strongest, on one picture: its copy id and no other is read."""
    readings = read_blind(attack.apply(copy, 1), [KEY])

    assert {COPY_ID} >= {reading.copy_id for reading in readings}
    assert readings or (attack.name, attack.strength) in BLIND_MAY_FAIL


def test_each_attack_comes_in_three_strengths() -> None:
    """The table is complete: three strengths of everything that is done to a copy, and the copy itself."""
    names = [attack.name for attack in attacks() if attack.name != "none"]

    assert {3} == {names.count(name) for name in names}
    assert 14 == len(set(names))


def test_an_attack_is_repeatable(copy: np.ndarray) -> None:
    """The same seed gives the same pixels, another seed others."""
    photo = next(attack for attack in attacks() if attack.name == "photo of a screen")

    part = copy[:300, :400]
    assert np.array_equal(photo.apply(part, 1), photo.apply(part, 1))
    assert not np.array_equal(photo.apply(part, 1), photo.apply(part, 2))


def test_similarity_is_one_for_the_same_and_falls_with_noise() -> None:
    """SSIM is 1 for a picture and itself, and lower the more it is disturbed."""
    plain = picture()
    noise = np.random.default_rng(1).normal(0, 1, plain.shape)
    slightly, badly = (np.clip(plain + factor * noise, 0, 255).astype(np.uint8) for factor in (3, 20))

    assert pytest.approx(1) == similarity(plain, plain)
    assert 1 > similarity(plain, slightly) > similarity(plain, badly)


def test_the_table_counts_what_was_traced() -> None:
    """Per kind, decoded, blind and in either way; a wrong reading is counted."""
    records = [
        Record("a", "page", "jpeg", "quality 50", blind=True, listed=True, bit_error=0.1, psnr_db=40, ssim=0.98),
        Record("b", "page", "jpeg", "quality 50", informed=True, psnr_db=42, ssim=0.99),
        Record("c", "photograph", "jpeg", "quality 50", wrong=True, psnr_db=41, ssim=0.97),
    ]

    assert "| jpeg | quality 50 | 1/2 | 0/1 | 2/2 | 0/1 | 10.0% |" in robustness(records)
    assert "| jpeg | 3 | 0.0% | 33.3% | 66.7% | 1 |" in robustness(records)
    assert "| page | 2 | 41.0 dB | 40.0 dB | 0.985 | 0.980 |" in quality(records)


def test_false_alarms_are_counted() -> None:
    """An input would have been accused by what is decoded, by the list, or by another id than the one that is there."""
    quiet = Innocent("a", "unmarked", pilot_score=5, code_score=8, false_alarm=1.0, listed=1.0, misread=False)
    told = false_alarms(
        [
            quiet,
            replace(quiet, kind="of another key", false_alarm=1e-7),
            replace(quiet, kind="of another copy", listed=1e-7),
            replace(quiet, kind="of another copy", misread=True),
        ]
    )
    assert "4 innocent inputs (1 unmarked, 1 of another key, 2 of another copy)" in told
    assert "100,000 copies: 3 accused" in told


def test_pictures_of_one_file_name_are_told_apart(tmp_path: Path) -> None:
    """Records name their picture; wallpapers of one size are often called alike."""
    for number in range(2):
        folder = tmp_path / str(number)
        folder.mkdir()
        Image.fromarray(striped(number)).save(folder / "1920x1080.png")
    pictures = prepared(tmp_path / "corpus", (tmp_path,), pages=0, photographs=2)

    assert ["000 1920x1080", "001 1920x1080"] == [each.name for each in pictures]


def test_what_is_transparent_lies_on_white(tmp_path: Path) -> None:
    """As in the product; what a file has in such places is black, and would be another picture."""
    seen_through = np.zeros((800, 1000, 4), np.uint8)
    seen_through[::2, :, 3] = 255
    Image.fromarray(seen_through).save(tmp_path / "stripes.png")
    (picture,) = prepared(tmp_path / "corpus", (tmp_path,), pages=0, photographs=1)

    assert [0, 255] == [int(row.max()) for row in picture.pixels()[:2]]


def striped(number: int) -> np.ndarray:
    """A picture that shows something; another for each number."""
    lines = np.full((700, 700, 3), number, np.uint8)
    lines[::2] = 200
    return lines


def test_a_picture_that_shows_nothing_leaves_its_place_to_another(tmp_path: Path) -> None:
    """A wallpaper of white on nothing is all white; the others stay what they were, and records of it count no more."""
    white = np.full((700, 700, 4), 255, np.uint8)
    white[::2, :, 3] = 0
    for name, pixels in {"a": striped(1), "b": white, "c": striped(2), "d": striped(3)}.items():
        Image.fromarray(pixels).save(tmp_path / f"{name}.png")
    records = tmp_path / "records.jsonl"
    rows = [Record(name, "photograph", "jpeg", "quality 50") for name in ("000 a", "001 b", "002 c")]
    records.write_text("".join(json.dumps(asdict(each)) + "\n" for each in rows), encoding="utf-8")
    pictures = prepared(tmp_path / "corpus", (tmp_path,), pages=0, photographs=3)

    assert ["000 a", "001 d", "002 c"] == [each.name for each in pictures]
    assert ["000 a", "002 c"] == [each.picture for each in records_kept(records, pictures)]
    assert "| jpeg | 2 |" in measured(tmp_path)["figures"]


def test_the_page_has_a_place_for_each_table(tmp_path: Path) -> None:
    """What was measured replaces what stands between the markers and nothing else; what was not measured stays."""
    page = PAGE.read_text(encoding="utf-8")
    keep_figures(tmp_path, "mixed", [Figure("all named: 2 viewers", 97.5, "%", "40 pictures")])
    (place, tables), *others = measured(tmp_path).items()

    assert [] == others
    assert "| all named: 2 viewers | 97.5 % | 40 pictures |" in tables
    written = replaced(page, place, tables)
    assert tables in written
    assert page == replaced(written, place, page.partition(f"<!-- {place} -->\n\n")[2].partition("\n\n<!-- end")[0])
    assert all(replaced(page, each, "") != page for each in ("figures", "innocent inputs"))


def test_a_page_without_the_place_is_left(tmp_path: Path) -> None:
    """Tables that belong nowhere are an error, not a page without them."""
    with pytest.raises(NoSuchPlace):
        replaced("# A page\n", "figures", "| |")


def test_figures_are_kept_by_part(tmp_path: Path) -> None:
    """A part that is measured again replaces what it came to before."""
    for value in (1.0, 2.0):
        keep_figures(tmp_path, "pace", [Figure("trace", value, "s")])

    assert [Figure("trace", 2.0, "s")] == figures_kept(tmp_path)
    assert "| trace | 2 s |  |" in informing(figures_kept(tmp_path))
