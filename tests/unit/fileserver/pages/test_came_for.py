"""What a browser keeps on the way in, as a neighbouring host can't set it."""

import pytest
from aiohttp.test_utils import make_mocked_request

from fileserver.accounts.providers.browser import browser_of
from fileserver.pages.came_for import HOME, INVITATION, SHARE, back_to, token_of
from tests.unit.fileserver.frame import make_config

HTTPS, HTTP = "https://share.brand.example", "http://127.0.0.1:8080"


@pytest.mark.parametrize(("url", "prefix"), [(HTTPS, "__Host-"), (HTTP, "")])
def test_one_cookie_is_looked_at(url: str, prefix: str) -> None:
    """Under HTTPS only `__Host-` counts, else only the name without it: the other one is as good as none."""
    config, other = make_config(public_url=url), "" if prefix else "__Host-"
    names = (SHARE, INVITATION, "sealshare_sign_in")
    mine = make_mocked_request("GET", "/", headers={"Cookie": "; ".join(f"{prefix}{each}=abc" for each in names)})
    theirs = make_mocked_request("GET", "/", headers={"Cookie": "; ".join(f"{other}{each}=abc" for each in names)})
    assert ("abc", "abc") == (token_of(config, mine, SHARE), token_of(config, mine, INVITATION))
    assert ("/s/abc", "abc") == (back_to(config, mine), browser_of(config, mine))
    assert ("", "") == (token_of(config, theirs, SHARE), token_of(config, theirs, INVITATION))
    assert (HOME, "") == (back_to(config, theirs), browser_of(config, theirs))
