"""Who may read the figures: named networks, or whoever has the token. Anybody else learns only that they exist."""

import hmac

from aiohttp import web

from fileserver.config import Config
from fileserver.http.client_ip import is_within, parse_address
from fileserver.http.errors import HttpError

FORWARDING_HEADERS = ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via")


class OperatorsOnly(HttpError):
    """The caller is neither in one of the operator's networks nor has the token."""

    slug = "operators-only"


def check_operator(request: web.Request, client_ip: str, config: Config) -> None:
    """Raises OperatorsOnly. The token opens from everywhere; a network only without an undeclared proxy between."""
    if _has_token(request, config):
        return
    if is_within(parse_address(client_ip), config.metrics_networks) and not _undeclared_proxy(request, config):
        return
    raise OperatorsOnly


def _has_token(request: web.Request, config: Config) -> bool:
    scheme, _, sent = request.headers.get("Authorization", "").partition(" ")
    if config.metrics_token is None or scheme.lower() != "bearer":
        return False
    expected = config.metrics_token.get_secret_value()
    return hmac.compare_digest(expected.encode(), sent.strip().encode(errors="replace"))


def _undeclared_proxy(request: web.Request, config: Config) -> bool:
    """A proxy on this machine that nobody declared would make the whole world look like loopback."""
    trusted = is_within(parse_address(request.remote or ""), config.trusted_proxies)
    return not trusted and any(name in request.headers for name in FORWARDING_HEADERS)
