"""What every server reads and works out at its start, once for all that are forked: imported before them (lives.py).

It depends on nothing that a process is configured by: the texts, the router's table and the description of the API.
"""

import gc

from fileserver.http.dispatch import resources
from fileserver.http.openapi import openapi_document
from fileserver.i18n import load_catalogues
from fileserver.routes import ROUTES

load_catalogues()
resources(ROUTES)
openapi_document(ROUTES, title="SealShare", server_url="http://127.0.0.1")
gc.collect()
gc.freeze()  # whoever is forked would look through all of it, and have to copy what is shared
