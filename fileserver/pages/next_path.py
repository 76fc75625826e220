"""Where to go after signing in: a page of our own, or the start page. Nobody else's address is ever followed."""

import re

from yarl import URL

SIGN_IN = "/sign-in"
START = "/"
SECOND_FACTOR = "/second-factor"
NEXT_CHARS_MAX = 500

# One slash, then what paths and queries are made of. No braces: forms.js would fill them from the API's answer.
LOCAL = re.compile(r"/(?![/\\])[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*", re.ASCII)


def local_path(wanted: str) -> str:
    """The wanted page if it is ours and not the way in itself, else the start page."""
    if len(wanted) > NEXT_CHARS_MAX or not LOCAL.fullmatch(wanted) or wanted.startswith(SIGN_IN):
        return START
    return wanted


def sign_in_url(wanted: str) -> str:
    """The way in that leads to this page."""
    path = local_path(wanted)
    return SIGN_IN if path == START else str(URL(SIGN_IN).with_query(next=path))
