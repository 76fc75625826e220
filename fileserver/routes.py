"""Every route of the server, feature after feature. A feature that is not listed here is not served."""

from fileserver import ledger, operations
from fileserver.accounts import authentication
from fileserver.accounts import routes as accounts
from fileserver.analytics import files as figure_files
from fileserver.analytics import routes as analytics
from fileserver.audit import routes as audit
from fileserver.audit.siem import routes as siem
from fileserver.callbacks import routes as callbacks
from fileserver.certificates import routes as certificates
from fileserver.declarations import routes as declarations
from fileserver.digests import routes as digests
from fileserver.doors import routes as doors
from fileserver.dossiers import routes as dossiers
from fileserver.entering import routes as entering
from fileserver.glass import routes as glass
from fileserver.http import api_docs, problem_pages
from fileserver.http.caller import Authenticate, Lasts
from fileserver.http.keys import ProblemPage
from fileserver.http.routing import Route
from fileserver.materials import routes as materials
from fileserver.notices import routes as notices
from fileserver.organisation import routes as organisation
from fileserver.pages import problems
from fileserver.pages import routes as pages
from fileserver.people import routes as people
from fileserver.picture_checks import routes as picture_checks
from fileserver.pledges import routes as pledges
from fileserver.privacy import routes as privacy
from fileserver.recruiting import routes as recruiting
from fileserver.reviews import routes as reviews
from fileserver.rules import routes as rules
from fileserver.shares import request_routes as access_requests
from fileserver.shares import routes as shares
from fileserver.tasks import files as task_files
from fileserver.tasks import routes as tasks
from fileserver.traces import routes as traces
from fileserver.uploads import flight_routes as flights
from fileserver.uploads import quota_routes as quotas
from fileserver.uploads import routes as uploads
from fileserver.uploads.direct import routes as direct_uploads
from fileserver.uploads.figures import counting
from fileserver.viewing import routes as viewing
from fileserver.webhooks import routes as webhooks

ROUTES: tuple[Route, ...] = (
    *problem_pages.ROUTES,
    *api_docs.ROUTES,
    *operations.ROUTES,
    *accounts.ROUTES,
    *organisation.ROUTES,
    *glass.ROUTES,
    *people.ROUTES,
    *callbacks.ROUTES,
    *picture_checks.ROUTES,
    *recruiting.ROUTES,
    *entering.ROUTES,
    *privacy.ROUTES,
    *counting((*uploads.ROUTES, *direct_uploads.ROUTES)),
    *flights.ROUTES,
    *quotas.ROUTES,
    *materials.ROUTES,
    *declarations.ROUTES,
    *certificates.ROUTES,
    *dossiers.ROUTES,
    *notices.ROUTES,
    *reviews.ROUTES,
    *rules.ROUTES,
    *shares.ROUTES,
    *access_requests.ROUTES,
    *pledges.ROUTES,
    *doors.ROUTES,
    *tasks.ROUTES,
    *task_files.ROUTES,
    *digests.ROUTES,
    *viewing.ROUTES,
    *analytics.ROUTES,
    *figure_files.ROUTES,
    *audit.ROUTES,
    *siem.ROUTES,
    *webhooks.ROUTES,
    *ledger.ROUTES,
    *traces.ROUTES,
    *pages.ROUTES,
)

PROBLEM_PAGE: ProblemPage = problems.problem_page
AUTHENTICATE: Authenticate = authentication.authenticate
LASTS: Lasts = authentication.lasts
