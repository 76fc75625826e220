"""Which handler a request reaches: by its protocol, and by its method or the one that stands for it."""

from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

from fileserver.http import csrf
from fileserver.http.call import Call
from fileserver.http.routing import SAFE_METHODS
from fileserver.uploads import ietf, tus

OVERRIDE = "X-HTTP-Method-Override"

Verb = Callable[[Call], Awaitable[web.Response]]


def collection(call: Call) -> Awaitable[web.Response]:
    """A request to /uploads/."""
    return _dispatched(call, ietf.COLLECTION if ietf.is_spoken(call.request.headers) else tus.COLLECTION)


def item(call: Call) -> Awaitable[web.Response]:
    """A request to one upload."""
    return _dispatched(call, ietf.ITEM if ietf.is_spoken(call.request.headers) else tus.ITEM)


def _dispatched(call: Call, verbs: Mapping[str, Verb]) -> Awaitable[web.Response]:
    """The verb that the request names, by X-HTTP-Method-Override if it has one, which tus lets stand for the method."""
    method = call.request.headers.get(OVERRIDE, call.request.method)
    if method not in verbs:
        raise web.HTTPMethodNotAllowed(call.request.method, sorted(verbs))
    if call.request.method in SAFE_METHODS and method not in SAFE_METHODS:
        _check_origin(call)
    return verbs[method](call)


def _check_origin(call: Call) -> None:
    """What the frame checks for unsafe methods, here for one that travels as a safe one."""
    if call.signed_in.ambient:
        csrf.check_origin(call.request, call.services.config.public_url)
        csrf.check_csrf_token(call.signed_in.csrf_token, call.request.headers.get(csrf.CSRF_HEADER))
