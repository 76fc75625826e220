"""The signature with which a page in WeChat's browser may call the JS-SDK (`wx.config`)."""

import hashlib


def page_signature(ticket: str, *, nonce: str, timestamp: int, url: str) -> str:
    """SHA-1 in hex over the four; of the address, without what follows `#`."""
    signed = f"jsapi_ticket={ticket}&noncestr={nonce}&timestamp={timestamp}&url={url.partition('#')[0]}"
    return hashlib.sha1(signed.encode(), usedforsecurity=False).hexdigest()
