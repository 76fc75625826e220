"""Signatures with the session_key of a mini-program's user."""

import hashlib
import hmac

SIG_METHOD = "hmac_sha256"

SEALED_AS = "wechat-session"  # what a session_key is sealed for, where it is kept


def user_signature(session_key: str, message: str = "") -> str:
    """HMAC-SHA-256 in hex, as `checksession` and others take it: the key is the session_key as it is written."""
    return hmac.new(session_key.encode(), message.encode(), hashlib.sha256).hexdigest()


def is_raw_data_of(session_key: str, raw_data: str, signature: str) -> bool:
    """Whether `rawData` that a client brings was signed by WeChat: SHA-1 of it and the session_key."""
    expected = hashlib.sha1(f"{raw_data}{session_key}".encode(), usedforsecurity=False).hexdigest()
    return hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace"))
