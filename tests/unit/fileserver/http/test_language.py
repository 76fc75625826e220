"""The reader gets the language they ask for, Chinese first."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fileserver.http.language import accepted_language
from fileserver.http.problem_pages import ROUTES
from fileserver.i18n import Language
from tests.unit.fileserver.frame import OpenClient


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", None),
        ("en", Language.EN),
        ("zh-TW", Language.ZH_CN),
        ("de, en;q=0.5", Language.EN),
        ("en;q=0.5, zh;q=0.9", Language.ZH_CN),
        ("en;q=0, zh;q=0.1", Language.ZH_CN),
        ("en;q=0", None),
        ("en;q=x", None),
        ("de", None),
    ],
)
def test_best_supported_language_wins(header: str, expected: Language | None) -> None:
    """Weights count, languages we lack are passed over, q=0 means never."""
    assert expected == accepted_language(header)


@given(st.text(max_size=80))
def test_no_header_breaks_the_choice(header: str) -> None:
    """Any header gives a language of ours or none."""
    assert accepted_language(header) in (None, *Language)


@pytest.mark.parametrize(
    ("query", "cookie", "header", "expected"),
    [
        ("", None, "", "zh-CN"),
        ("", None, "en", "en"),
        ("", "zh-CN", "en", "zh-CN"),
        ("?lang=en", "zh-CN", "zh", "en"),
        ("?lang=xx", None, "en", "en"),
    ],
)
async def test_parameter_beats_cookie_beats_header(
    open_client: OpenClient, query: str, cookie: str | None, header: str, expected: str
) -> None:
    """What was chosen on purpose goes before what the browser says by itself."""
    client = await open_client(*ROUTES)
    cookies = {"lang": cookie} if cookie else None
    response = await client.get("/problems" + query, headers={"Accept-Language": header}, cookies=cookies)
    assert f'<html lang="{expected}">' in await response.text()


async def test_default_language_is_configured(open_client: OpenClient) -> None:
    """An installation may speak English to readers who ask for nothing."""
    response = await (await open_client(*ROUTES, default_language=Language.EN)).get("/problems")
    assert '<html lang="en">' in await response.text()


async def test_chosen_language_is_remembered(open_client: OpenClient) -> None:
    """The choice sticks, in a cookie that scripts can't read."""
    response = await (await open_client(*ROUTES)).get("/problems?lang=en")
    morsel = response.cookies["lang"]
    assert ("en", True, "Lax") == (morsel.value, morsel["httponly"], morsel["samesite"])
