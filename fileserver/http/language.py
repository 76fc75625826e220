"""Which language the reader gets.

In this order: `?lang=`, the `lang` cookie, Accept-Language (RFC 9110 §12.5.4), the configured default.
"""

from functools import lru_cache

from aiohttp import web

from fileserver.i18n import Language

LANGUAGE_PARAMETER = "lang"
LANGUAGE_COOKIE = "lang"
LANGUAGE_COOKIE_MAX_AGE_S = 365 * 24 * 3600
RANGES_MAX = 16
HEADERS_MAX = 256  # that are kept as they were understood: browsers send few different ones


def parse_language(text: str) -> Language | None:
    """A language tag as one of ours: any Chinese is zh-CN, any English is en."""
    primary = text.strip().partition("-")[0].lower()
    return {"zh": Language.ZH_CN, "en": Language.EN}.get(primary)


@lru_cache(HEADERS_MAX)
def accepted_language(header: str) -> Language | None:
    """The best supported language of an Accept-Language header, or None."""
    best: tuple[float, Language] | None = None
    for item in header.split(",")[:RANGES_MAX]:
        tag, _, weight = item.partition(";")
        language, quality = parse_language(tag), _quality(weight)
        if language and quality > 0 and (best is None or quality > best[0]):
            best = (quality, language)
    return best[1] if best else None


def _quality(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if not name:
        return 1.0
    try:
        return float(value) if name.strip() == "q" else 0.0
    except ValueError:
        return 0.0


def choose_language(request: web.BaseRequest, default: Language) -> Language:
    """The reader's language for this request."""
    return (
        parse_language(request.query.get(LANGUAGE_PARAMETER, ""))
        or parse_language(request.cookies.get(LANGUAGE_COOKIE, ""))
        or accepted_language(request.headers.get("Accept-Language", ""))
        or default
    )


def remember_language(request: web.BaseRequest, response: web.StreamResponse, *, secure: bool) -> None:
    """Keep an explicit `?lang=` for the following pages."""
    language = parse_language(request.query.get(LANGUAGE_PARAMETER, ""))
    if language:
        response.set_cookie(
            LANGUAGE_COOKIE,
            language.value,
            max_age=LANGUAGE_COOKIE_MAX_AGE_S,
            httponly=True,
            samesite="Lax",
            secure=secure,
        )
