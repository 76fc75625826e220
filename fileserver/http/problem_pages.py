"""Problems for people: the error page, and /problems/<slug>, which explains a problem to whoever follows its `type`."""

from pathlib import Path
from typing import Any

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from fileserver.http.call import Call
from fileserver.http.errors import PathUnknown
from fileserver.http.keys import CONFIG, LANGUAGE
from fileserver.http.problems import STATUSES, Problem
from fileserver.http.routing import Route, bare_page
from fileserver.i18n import translate

HERE = Path(__file__).parent
STYLESHEET = (HERE / "templates" / "frame.css").read_bytes()
MONTH_S = 30 * 24 * 3600

templates = Environment(
    loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)


def render(request: web.Request, template: str, status: int = 200, **values: Any) -> web.Response:
    """One of the frame's own pages; `t("key", arg=…)` translates inside it."""
    language = request[LANGUAGE]
    text = templates.get_template(template).render(
        t=lambda key, **args: translate(language, key, **args),
        language=language.value,
        brand_name=request.config_dict[CONFIG].brand_name,
        **values,
    )
    return web.Response(text=text, status=status, content_type="text/html", charset="utf-8")


def render_problem_page(request: web.Request, problem: Problem) -> web.Response:
    """What a person sees when a page could not be shown."""
    return render(request, "problem.html", status=problem.status, problem=problem)


async def list_problems(call: Call) -> web.Response:
    """All problems with what they mean."""
    return render(call.request, "problems.html", slugs=sorted(STATUSES), statuses=STATUSES)


async def explain_problem(call: Call) -> web.Response:
    """One problem with what it means and what to do."""
    slug = call.request.match_info["slug"]
    if slug not in STATUSES:
        raise PathUnknown
    return render(call.request, "problems.html", slugs=[slug], statuses=STATUSES)


async def stylesheet(_call: Call) -> web.Response:
    """The style of the frame's pages."""
    return web.Response(
        body=STYLESHEET, content_type="text/css", charset="utf-8", headers={"Cache-Control": f"max-age={MONTH_S}"}
    )


ROUTES: tuple[Route, ...] = (
    bare_page("/problems", "problems.list", "All problems explained", list_problems, "text/html"),
    bare_page("/problems/{slug}", "problems.explain", "One problem explained", explain_problem, "text/html"),
    bare_page("/frame.css", "frame.stylesheet", "Style of the frame's pages", stylesheet, "text/css"),
)
