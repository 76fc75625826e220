"""`python -m benchmarks.uploads.least PORT`: the least that a server in aiohttp can do for a small file.

It reads the body, computes its SHA-256, stores it by one presigned PUT over a kept connection, and answers; at `/row/`
it writes one row before, in one durable commit with all files that wait for one. No sign-in, no rights, no quota, no
events, no second try. What it loses against plain PUTs, any server in Python loses on this machine.
"""

import asyncio
import hashlib
import json
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import asdict
from uuid import UUID, uuid4

import aiohttp
import psutil
import psycopg
import uvloop
from aiohttp import web
from yarl import URL

from benchmarks.node import working_folder
from benchmarks.processes import HERE, Tree
from benchmarks.uploads.servers import Server, listens, postgres
from compliance.batches import Batches
from fileserver.demo.crew import python_order
from fileserver.demo.household import HOST
from fileserver.demo.ports import reserved_port
from fileserver.services import Services
from storage.engines.child import start_child
from storage.objects.signing import Presigner
from storage.settings import S3Settings

PUT, ROW = "least put", "least put and row"
SIGNED_FOR_S = 900
PATHS = {PUT: "/put/", ROW: "/row/"}
STORE, DATABASE = "LEAST_STORE", "LEAST_DATABASE"
TABLE = "CREATE TABLE IF NOT EXISTS benchmark_least (id uuid PRIMARY KEY, sha256 text, size_bytes bigint)"
INSERT = "INSERT INTO benchmark_least SELECT * FROM unnest(%s::uuid[], %s::text[], %s::bigint[])"

Row = tuple[UUID, str, int]


class Least:
    """The handlers. `rows` gathers what is to be committed."""

    def __init__(self, http: aiohttp.ClientSession, store: S3Settings, database: psycopg.AsyncConnection) -> None:
        self._http, self._presigner, self._database = http, Presigner(store), database
        self._rows = Batches[Row](self._commit)

    async def put(self, request: web.Request) -> web.Response:
        """Store the body."""
        return _answer(await self._stored(request))

    async def put_and_row(self, request: web.Request) -> web.Response:
        """Store the body and commit a row of it."""
        row = await self._stored(request)
        await self._rows.do(row)
        return _answer(row)

    async def _stored(self, request: web.Request) -> Row:
        body, upload_id = await request.read(), uuid4()
        sha256 = hashlib.sha256(body).hexdigest()
        url = self._presigner.url("PUT", f"least/{upload_id}", expires_s=SIGNED_FOR_S)
        async with self._http.put(URL(url, encoded=True), data=body) as stored:
            stored.raise_for_status()
        return upload_id, sha256, len(body)

    async def _commit(self, batch: Sequence[Row]) -> Sequence[None]:
        columns = [list(column) for column in zip(*batch, strict=True)]
        await self._database.execute(INSERT, columns)  # commits by itself
        return [None] * len(batch)


def _answer(row: Row) -> web.Response:
    return web.Response(status=201, headers={"Location": f"/{row[0]}", "Upload-Offset": str(row[2])})


async def serve(port: int) -> None:
    """Until killed."""
    store = S3Settings(**json.loads(os.environ[STORE]))
    database = await psycopg.AsyncConnection.connect(os.environ[DATABASE], autocommit=True)
    await database.execute(TABLE)
    async with database, aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        least, app = Least(http, store, database), web.Application(client_max_size=0)
        app.add_routes([web.post(PATHS[PUT], least.put), web.post(PATHS[ROW], least.put_and_row)])
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, HOST, port).start()
        await asyncio.Event().wait()


@asynccontextmanager
async def least(services: Services, store: S3Settings) -> AsyncIterator[list[Server]]:
    """It runs before the store: as what only stores, and as what writes a row too."""
    with ExitStack() as stack:
        folder = stack.enter_context(working_folder())
        port = stack.enter_context(reserved_port(None, 0, lambda _line: None))
        database_url = services.config.database_url.get_secret_value().replace("+psycopg", "", 1)
        environment = {STORE: json.dumps(asdict(store)), DATABASE: database_url, **HERE}
        child = start_child(
            python_order("least", folder / "least", ("benchmarks.uploads.least", str(port)), environment)
        )
        stack.callback(child.stop)
        await asyncio.to_thread(child.wait_ready, lambda: listens(child.pid, port))
        tree, database = Tree(psutil.Process(child.pid)), await postgres(services)
        yield [
            Server(name=name, host=HOST, port=port, path=path, tree=tree, database=database)
            for name, path in PATHS.items()
        ]


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
