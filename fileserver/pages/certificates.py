"""The register of certificates in the console: the list, an entry with its history, a file brought in."""

from aiohttp import web
from pydantic import Field

from compliance.access import Action, may_ever
from compliance.certificate_numbers import CertificateKind
from compliance.register import CertificateStatus
from fileserver.certificates import routes as api
from fileserver.certificates.schemas import CURSOR_CHARS_MAX, NAME_CHARS_MAX, CertificatePath, CertificateQuery
from fileserver.http.call import Call
from fileserver.pages.calls import about, asking
from fileserver.pages.declaring import console_page
from fileserver.pages.queries import FormQuery
from fileserver.pages.rendering import page, with_query

PAGE = 50
ENDING_DAYS = 30


class ListQuery(FormQuery):
    """Which entries to show."""

    kind: CertificateKind | None = None
    status: CertificateStatus | None = None
    q: str | None = Field(default=None, max_length=NAME_CHARS_MAX)
    ending: bool = False
    cursor: str | None = Field(default=None, max_length=CURSOR_CHARS_MAX)


async def listed(call: Call[None, ListQuery]) -> web.Response:
    """The register, newest first."""
    query = call.query
    asked = CertificateQuery(
        kind=query.kind,
        status=query.status,
        q=query.q,
        ends_within_days=ENDING_DAYS if query.ending else None,
        cursor=query.cursor,
        limit=PAGE,
    )
    found = await api.listed(asking(call, asked))
    return page(
        call,
        "certificates.html",
        certificates=found.items,
        query=query,
        filtered=any((query.kind, query.status, query.q, query.ending)),
        next_url=with_query(call.request.path, call.request.query, cursor=found.next) if found.next else None,
        kinds=list(CertificateKind),
        statuses=list(CertificateStatus),
        may_write=may_ever(call.actor.role, Action.CERTIFICATE_WRITE),
    )


async def read(call: Call[None, None, CertificatePath]) -> web.Response:
    """One entry: what it says, what names it, what it said before."""
    return page(
        call,
        "certificate.html",
        entry=await api.read(about(call, call.params)),
        statuses=list(CertificateStatus),
        may_write=may_ever(call.actor.role, Action.CERTIFICATE_WRITE),
    )


ROUTES = (
    console_page(
        "/certificates",
        "certificates",
        "The register of certificates",
        listed,
        action=Action.CERTIFICATE_LIST,
        query=ListQuery,
    ),
    console_page(
        "/certificates/{certificate_id}",
        "certificate",
        "An entry of the register",
        read,
        action=Action.CERTIFICATE_LIST,
        path_params=CertificatePath,
    ),
)
