"""One's own uploads in the console: many files at once without a material, and what was uploaded before.

The page itself holds no upload: its script asks the API, which answers the caller's own.
"""

from aiohttp import web

from compliance.access import Action
from fileserver.http.call import Call
from fileserver.pages.declaring import console_page
from fileserver.pages.rendering import page
from fileserver.uploads import quota_routes as quotas


async def my_uploads(call: Call) -> web.Response:
    """Where files are dropped, how much room is left, and the list of what was uploaded before."""
    return page(call, "my_uploads.html", usage=await quotas.usage(call))


ROUTES = (console_page("/my-uploads", "my_uploads", "One's own uploads", my_uploads, action=Action.UPLOAD_CREATE),)
