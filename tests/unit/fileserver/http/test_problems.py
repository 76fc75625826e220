"""Every refusal has a status, a page and words in both languages; no defect shows what it is made of."""

import importlib
import pkgutil
from collections.abc import Iterator
from http import HTTPStatus
from types import ModuleType
from typing import Any

import pytest
from aiohttp import web

import compliance
import fileserver
import storage
import watermark
from compliance.errors import AccessDenied, ComplianceError, InvalidValue, LoginTaken, NotFound, TooManyAttempts
from fileserver.http.call import Call
from fileserver.http.errors import HttpError
from fileserver.http.problems import STATUSES, Problem, problem_of, slug_of
from fileserver.http.routing import Auth
from fileserver.i18n import Language, has_message, translate
from fileserver.routes import ROUTES
from storage.errors import ObjectMissing, StorageError, StoreUnavailable
from tests.unit.fileserver.frame import OpenClient, make_route
from watermark.errors import WatermarkError

PACKAGES: tuple[ModuleType, ...] = (compliance, fileserver, storage, watermark)
BASES: tuple[type[Exception], ...] = (ComplianceError, HttpError, StorageError, WatermarkError)
LANGUAGES = list(Language)


def import_everything() -> None:
    """Load every module of ours, so that every error class exists. Migration scripts only run inside Alembic."""
    for package in PACKAGES:
        for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            if "migrations." not in module.name and not module.name.endswith("__main__"):
                importlib.import_module(module.name)


def error_classes() -> list[type[Exception]]:
    """Every exception class that carries a slug, wherever in the packages it lives."""
    import_everything()
    return sorted({found for base in BASES for found in below(base)}, key=lambda found: found.__qualname__)


def below(base: type[Exception]) -> Iterator[type[Exception]]:
    """The class and all its subclasses that are ours."""
    yield base
    for subclass in base.__subclasses__():
        if subclass.__module__.partition(".")[0] in {package.__name__ for package in PACKAGES}:
            yield from below(subclass)


def test_every_error_class_has_a_status() -> None:
    """A new error class without a row in the table would become an unexplained 500."""
    assert [] == [f"{each.__module__}.{each.__name__}" for each in error_classes() if slug_of(each) is None]


def test_every_status_belongs_to_an_error_class() -> None:
    """A row of an error that is gone is deleted with it."""
    assert set() == set(STATUSES) - {str(getattr(each, "slug", "")) for each in error_classes()}


def test_no_two_error_classes_share_a_slug() -> None:
    """A slug names one reason; only a base class and its unnamed subclasses could share one, and none does."""
    slugs = [str(getattr(each, "slug", "")) for each in error_classes()]
    assert sorted(set(slugs)) == sorted(slugs)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("part", ["title", "detail", "explanation"])
def test_every_problem_is_worded(language: Language, part: str) -> None:
    """Title, detail and explanation exist in each language."""
    keys = [f"problem-{slug}-{part}" for slug in STATUSES]
    assert [] == [key for key in keys if not has_message(language, key)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_title_and_explanation_need_no_arguments(language: Language) -> None:
    """The page about a problem knows the problem, not one case of it."""
    worded = [translate(language, f"problem-{slug}-{part}") for slug in STATUSES for part in ("title", "explanation")]
    assert all(worded)


def test_document_has_the_members_of_rfc_9457() -> None:
    """type, title, status, detail and instance, and the error's params beside them."""
    assert {
        "type": "/problems/too-many-attempts",
        "title": "Too many attempts",
        "status": 429,
        "detail": "Please wait a while and try again.",
        "instance": "request-1",
        "retry_after_s": 30,
    } == problem_of(TooManyAttempts(retry_after_s=30), Language.EN, "request-1").document()


def test_params_never_replace_a_standard_member() -> None:
    """An error whose param is called `status` can't lie about the status."""
    assert problem_of(NotFound(status="fine"), Language.EN, "r").document()["status"] == 404


def test_retry_after_is_also_a_header() -> None:
    """Programs that know nothing of this API still wait."""
    assert problem_of(TooManyAttempts(retry_after_s=30), Language.EN, "r").headers["Retry-After"] == "30"


def test_a_store_that_is_away_says_when_to_ask_again() -> None:
    """In the sentence, as a member and as a header, and nothing else of what storage knows."""
    problem = problem_of(StoreUnavailable(store="s3", operation="put_object"), Language.EN, "r")
    assert ("5", {"retry_after_s": 5}) == (problem.headers["Retry-After"], problem.params)
    assert "what has arrived is kept" in problem.detail
    assert "in 5 seconds" in problem.detail


@pytest.mark.parametrize("field", ["title", "/title"])
def test_named_field_becomes_a_json_pointer(field: str) -> None:
    """A domain error that names a field is listed like a validation error."""
    problem = problem_of(InvalidValue(field=field), Language.EN, "r")
    assert ["/title"] == [error["field"] for error in problem.errors]


def test_named_field_is_told_what_the_problem_says() -> None:
    """Beside the field stands what is wrong with it, also where the rule has no sentence of its own."""
    problem = problem_of(LoginTaken(field="login"), Language.EN, "r")
    assert [problem.detail] == [error["message"] for error in problem.errors]
    plain = problem_of(InvalidValue(field="title"), Language.EN, "r")
    assert ["This value is not valid."] == [error["message"] for error in plain.errors]


def test_denied_access_is_explained_by_its_rule() -> None:
    """The reader learns why, not only that."""
    problem = problem_of(AccessDenied(rule="share-revoked"), Language.ZH_CN, "r")
    assert ("该分享已被撤销。", "share-revoked") == (problem.detail, problem.params["rule"])


def test_unknown_access_rule_still_has_a_sentence() -> None:
    """A rule that nobody has worded yet is a plain refusal."""
    assert problem_of(AccessDenied(rule="new-rule"), Language.EN, "r").detail == "You are not allowed to do this."


def test_storage_errors_keep_keys_and_hosts_to_themselves() -> None:
    """Where the bytes lie is the operator's business."""
    assert "originals/secret" not in str(problem_of(ObjectMissing(key="originals/secret"), Language.EN, "r").document())


def failing(error: Exception) -> Any:
    """A handler that raises."""

    async def handler(_call: Call) -> None:
        raise error

    return handler


async def test_unexpected_exception_leaks_nothing(open_client: OpenClient) -> None:
    """A defect answers 500 with the request id and not a word of the exception."""
    client = await open_client(make_route(handler=failing(RuntimeError("password=hunter2"))))
    response = await client.get("/thing")
    text = await response.text()
    assert (HTTPStatus.INTERNAL_SERVER_ERROR, True, False) == (
        response.status,
        response.headers["X-Request-ID"] in text,
        "hunter2" in text,
    )


async def test_problem_is_in_the_readers_language(open_client: OpenClient) -> None:
    """The same refusal, in the language that was asked for."""
    client = await open_client(make_route(handler=failing(NotFound())))
    titles = [
        (await (await client.get("/thing", headers={"Accept-Language": tag})).json(content_type=None))["title"]
        for tag in ("zh-CN", "en")
    ]
    assert titles == ["未找到", "Not found"]


async def test_page_route_answers_with_a_page(open_client: OpenClient) -> None:
    """A person who follows a link sees a sentence, not JSON; a script that asks for JSON gets it."""
    client = await open_client(make_route(handler=failing(NotFound()), hidden=True))
    types = [
        (await client.get("/thing", headers={"Accept": accept})).content_type
        for accept in ("text/html", "application/json")
    ]
    assert types == ["text/html", "application/problem+json"]


async def test_page_escapes_what_the_request_brought(open_client: OpenClient) -> None:
    """Nothing from a request becomes markup."""
    client = await open_client(make_route(handler=failing(NotFound(field="<script>")), hidden=True))
    assert "<script>" not in await (await client.get("/thing")).text()


async def test_every_problem_has_a_page_of_its_own(open_client: OpenClient) -> None:
    """The `type` of a problem can be followed, by anybody."""
    client = await open_client(*ROUTES)
    for slug in STATUSES:
        response = await client.get(f"/problems/{slug}?lang=en")
        assert translate(Language.EN, f"problem-{slug}-explanation") in (await response.text()).replace("&#39;", "'")


async def test_unknown_problem_has_no_page(open_client: OpenClient) -> None:
    """Only problems that exist are explained."""
    assert (await (await open_client(*ROUTES)).get("/problems/nothing")).status == 404


async def test_unsigned_caller_is_told_how_to_sign_in(open_client: OpenClient) -> None:
    """RFC 9110 §15.5.2: a 401 names a scheme."""
    response = await (await open_client(make_route(auth=Auth.SIGNED_IN, own=True))).get("/thing")
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


async def test_pages_of_problems_can_be_drawn_elsewhere(open_client: OpenClient) -> None:
    """The console draws problems in its own frame, or leads a stranger to the sign-in."""

    def elsewhere(_request: web.Request, problem: Problem) -> web.Response:
        return web.Response(status=303, headers={"Location": f"/sign-in?why={problem.slug}"})

    route = make_route(auth=Auth.EMPLOYEE, own=True, hidden=True)
    client = await open_client(route, problem_page=elsewhere)
    response = await client.get("/thing", allow_redirects=False)
    assert (303, "/sign-in?why=not-signed-in") == (response.status, response.headers["Location"])
