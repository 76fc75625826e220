"""The places outside that the configuration names, as the ledger's teller asks them, and the teller at work."""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TypeVar

from yarl import URL

from compliance.outside import Ledger, Place, PlaceFailed, Teller
from compliance.outside.archives import ArchivePlace
from compliance.outside.cosignatures import parse_witness_key
from compliance.outside.webhooks import PostNote, WebhookPlace
from compliance.outside.witnesses import Answer, Post, WitnessPlace
from fileserver.config import Config
from fileserver.outgoing import Outgoing, OutgoingFailed, OutgoingRefused
from fileserver.services import Services
from storage.archives import BucketArchive, BucketSettings, FolderArchive
from storage.settings import S3Settings

NOTE = "text/plain"
NAME_HASH_DIGITS = 8

Got = TypeVar("Got")


@asynccontextmanager
async def telling(services: Services) -> AsyncIterator[Teller]:
    """Tells the places of checkpoints as long as the block lasts. Raises LedgerConflict, before anything is served."""
    config = services.config
    async with AsyncExitStack() as stack:
        places = await open_places(stack, config, services.outgoing)
        ledger = Ledger(services.database, services.keys, services.ledger_origin)
        teller = Teller(
            services.database, places, ledger, services.outside, services.clock, every_s=config.ledger_tell_every_s
        )
        await stack.enter_async_context(teller.running())
        yield teller


async def open_places(stack: AsyncExitStack, config: Config, outgoing: Outgoing) -> list[Place]:
    """Every place of the configuration; what has to be closed is closed with the stack."""
    witnesses = [
        WitnessPlace(parse_witness_key(each.vkey), _witness(outgoing, each.url)) for each in config.ledger_witnesses
    ]
    folders = [ArchivePlace(f"folder:{path}", FolderArchive(path)) for path in config.ledger_folders]
    token = config.ledger_webhook_token.get_secret_value() if config.ledger_webhook_token else None
    webhooks = [WebhookPlace(webhook_name(url), _webhook(outgoing, url, token)) for url in config.ledger_webhooks]
    places: list[Place] = [*witnesses, *folders, *webhooks]
    bucket = bucket_settings(config)
    if bucket is not None:
        archive = await stack.enter_async_context(BucketArchive(bucket))
        places.append(ArchivePlace(f"bucket:{bucket.s3.bucket}", archive))
    return places


def bucket_settings(config: Config) -> BucketSettings | None:
    """The bucket with object lock, where there is one."""
    access_key, secret_key = config.ledger_bucket_access_key, config.ledger_bucket_secret_key
    if config.ledger_bucket is None or config.ledger_bucket_endpoint_url is None or not access_key or not secret_key:
        return None
    s3 = S3Settings(
        endpoint_url=config.ledger_bucket_endpoint_url,
        access_key=access_key.get_secret_value(),
        secret_key=secret_key.get_secret_value(),
        region=config.ledger_bucket_region,
        bucket=config.ledger_bucket,
    )
    return BucketSettings(s3, config.ledger_bucket_retention_days)


def webhook_name(url: str) -> str:
    """The host, and what tells two addresses of one host apart; the rest of an address may be a secret."""
    return f"webhook:{URL(url).host}#{hashlib.sha256(url.encode()).hexdigest()[:NAME_HASH_DIGITS]}"


def _witness(outgoing: Outgoing, url: str) -> Post:
    async def post(body: bytes) -> Answer:
        address = f"{url.rstrip('/')}/add-checkpoint"
        answer = await _asked(lambda: outgoing.post(address, body, media_type=NOTE))
        return Answer(answer.status, answer.media_type, answer.body)

    return post


def _webhook(outgoing: Outgoing, url: str, token: str | None) -> PostNote:
    headers = {"Authorization": f"Bearer {token}"} if token else {}

    async def post(note: bytes) -> int:
        return (await _asked(lambda: outgoing.post(url, note, media_type=NOTE, headers=headers))).status

    return post


async def _asked(ask: Callable[[], Awaitable[Got]]) -> Got:
    try:
        return await ask()
    except OutgoingRefused as error:
        raise PlaceFailed(f"not asked: {error.reason}") from error
    except OutgoingFailed as error:
        raise PlaceFailed(error.reason) from error
