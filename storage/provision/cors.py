"""The bucket's rule for browsers (CORS): pages of our origin may send parts and read the ETags of the answers.

Promises: rules that others made stay as they are; ours allows one origin, PUT, and nothing to be read.
"""

import asyncio
from typing import Any

from storage.errors import StorageError, StoreRefused
from storage.objects.control import Control
from storage.provision.bucket import describe
from storage.settings import S3Settings

RULE_ID = "sealshare-direct-uploads"
NO_RULES_YET = "NoSuchCORSConfiguration"
MAX_AGE_S = 3600  # how long a browser may remember that it was allowed


def allow_origin(settings: S3Settings, origin: str) -> str:
    """Lets pages of `origin` send parts. "set", "kept", or why the server wouldn't have it: "refused: …".

    Raises StoreUnavailable.
    """
    return asyncio.run(_allow_origin(settings, origin))


def rule_for(origin: str) -> dict[str, Any]:
    """What browsers are told by the bucket."""
    return {
        "ID": RULE_ID,
        "AllowedOrigins": [origin],
        "AllowedMethods": ["PUT"],
        "AllowedHeaders": ["*"],
        "ExposeHeaders": ["ETag"],
        "MaxAgeSeconds": MAX_AGE_S,
    }


async def _allow_origin(settings: S3Settings, origin: str) -> str:
    control, rule = Control(settings, asyncio.sleep), rule_for(origin)
    try:
        rules = await _rules(control)
        if rule in rules:
            return "kept"
        others = [each for each in rules if each.get("ID") != RULE_ID]
        await control.call("put_bucket_cors", CORSConfiguration={"CORSRules": [*others, rule]})
    except StoreRefused as error:
        return f"refused: {describe(error)}"
    finally:
        await control.close()
    return "set"


async def _rules(control: Control) -> list[dict[str, Any]]:
    try:
        answer = await control.call("get_bucket_cors")
    except StorageError as error:
        if error.params.get("code") == NO_RULES_YET:
            return []
        raise
    return list(answer["CORSRules"])
