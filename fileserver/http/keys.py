"""Typed keys of the application and of one request.

The application's are read as `request.config_dict[...]`, which also works inside a sub-app.
"""

import asyncio
from collections.abc import Callable

from aiohttp import web

from fileserver.config import Config
from fileserver.http.caller import Authenticate, Caller, Lasts
from fileserver.http.metrics import Metrics
from fileserver.http.problems import Problem
from fileserver.http.routing import Route
from fileserver.i18n import Language
from fileserver.services import Services

ProblemPage = Callable[[web.Request, Problem], web.Response]
"""Draws the page of a problem; it may also send the reader elsewhere, to sign in for instance."""

CONFIG = web.AppKey("CONFIG", Config)
SERVICES = web.AppKey("SERVICES", Services)
AUTHENTICATE = web.AppKey[Authenticate]("AUTHENTICATE")
LASTS = web.AppKey[Lasts]("LASTS")
PROBLEM_PAGE = web.AppKey[ProblemPage]("PROBLEM_PAGE")
METRICS = web.AppKey("METRICS", Metrics)
ROUTES = web.AppKey[tuple[Route, ...]]("ROUTES")

REQUEST_ID = web.RequestKey("REQUEST_ID", str)
CLIENT_IP = web.RequestKey("CLIENT_IP", str)
LANGUAGE = web.RequestKey("LANGUAGE", Language)
CALLER = web.RequestKey("CALLER", Caller)  # once authenticated
ROUTE = web.RequestKey("ROUTE", Route)  # when path and method matched
HANDLER_TIMEOUT = web.RequestKey("HANDLER_TIMEOUT", asyncio.Timeout)  # while the handler runs
PROBLEM = web.RequestKey("PROBLEM", str)  # slug of the problem answered, for the log
ANSWER_BEGUN = web.RequestKey("ANSWER_BEGUN", web.StreamResponse)  # its head is on its way: too late for a problem
CONNECTION_SPENT = web.RequestKey("CONNECTION_SPENT", bool)  # bytes were read past the parser: no further request
