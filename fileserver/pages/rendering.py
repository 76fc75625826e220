"""Templates: one environment, escaped by default, in which `t` translates and `static` addresses files by content."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from yarl import URL

from compliance.detecting.kinds import KINDS
from compliance.policies import VIEWERS_MAX, VISITS_MAX
from fileserver.http.call import Call
from fileserver.http.caller import Caller, CallerKind
from fileserver.http.keys import CALLER, CONFIG, LANGUAGE
from fileserver.i18n import Language, translate
from fileserver.pages import words
from fileserver.pages.places import Navigation, navigation_of
from fileserver.pages.static_files import static_url
from fileserver.sizes import human_size

CHINA_TIME = timezone(timedelta(hours=8))
SHORT_HASH_CHARS = 12

templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(call: Call[Any, Any, Any], template: str, status: int = 200, **values: Any) -> web.Response:
    """A page in the reader's language. `values` are what its template names."""
    return render(call.request, call.caller, template, status, **values)


def render(
    request: web.Request, caller: Caller | None, template: str, status: int = 200, **values: Any
) -> web.Response:
    """The same where there is no call: a problem may come before a handler, or before anybody is known."""
    language, config = request[LANGUAGE], request.config_dict[CONFIG]
    employee = caller is not None and caller.kind is CallerKind.EMPLOYEE
    text = templates.get_template(template).render(
        t=lambda key, **args: translate(language, key, **args),
        words=words.In(language),
        language=language.value,
        other_language=_other(request, language),
        brand_name=config.brand_name,
        caller=caller,
        csrf_token=caller.csrf_token if caller else "",
        navigation=navigation_of(caller.role) if caller and employee else Navigation(),
        here=request.path,
        **values,
    )
    return web.Response(text=text, status=status, content_type="text/html", charset="utf-8")


def caller_of(request: web.Request) -> Caller | None:
    """Who was found to call, as far as the request got."""
    return request.get(CALLER)


def _other(request: web.Request, language: Language) -> dict[str, str]:
    """The other language, and this page in it."""
    other = Language.EN if language is Language.ZH_CN else Language.ZH_CN
    there = str(request.rel_url.update_query(lang=other.value))
    return {"tag": other.value, "url": "/" + there.lstrip("/")}  # two slashes would name another host


def local_time(value: datetime | None, *, seconds: bool = False) -> str:
    """A time as people at the clinics read it; empty for none."""
    form = "%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M"
    return value.astimezone(CHINA_TIME).strftime(form) if value else ""


def input_time(value: datetime | None) -> str:
    """The same for an input of the type `datetime-local`."""
    return value.astimezone(CHINA_TIME).strftime("%Y-%m-%dT%H:%M") if value else ""


def machine_time(value: datetime) -> str:
    """A time for the `datetime` attribute."""
    return value.astimezone(UTC).isoformat()


def short_hash(sha256: str) -> str:
    """The beginning of a hash, enough to tell two apart by eye."""
    return sha256[:SHORT_HASH_CHARS]


def with_query(path: str, query: Mapping[str, str], **changes: object) -> str:
    """A path with a query that is partly replaced; None leaves a member out."""
    merged: dict[str, object] = {**query, **changes}
    return str(URL(path).with_query({name: str(value) for name, value in merged.items() if value is not None}))


templates.globals["static"] = static_url
templates.globals["accepted_endings"] = sorted(KINDS)
templates.globals["visits_most"] = VISITS_MAX
templates.globals["viewers_most"] = VIEWERS_MAX
templates.filters["local_time"] = local_time
templates.filters["instant"] = datetime.fromisoformat
templates.filters["input_time"] = input_time
templates.filters["machine_time"] = machine_time
templates.filters["human_size"] = human_size
templates.filters["short_hash"] = short_hash
