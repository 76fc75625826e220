"""Asking the API's own handlers on behalf of a page: the same reader, another query or path."""

from dataclasses import replace
from typing import Any, TypeVar, cast

from fileserver.http.call import Call

Query = TypeVar("Query")
Params = TypeVar("Params")


def asking(call: Call[Any, Any, Any], query: Query) -> Call[None, Query]:
    """The call with this query instead of the page's."""
    return cast("Call[None, Query]", replace(call, query=query))


def about(call: Call[Any, Any, Any], params: Params) -> Call[None, None, Params]:
    """The call with these path parameters instead of the page's."""
    return cast("Call[None, None, Params]", replace(call, params=params, query=None))
