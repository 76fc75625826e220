"""How the object store is reached.

Promises a value that can be logged: its repr never shows the secret key. Reading it from the environment is the
caller's business; proving that the server behind it is good enough is `storage.provision`'s.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class S3Settings:
    """One bucket on one S3 server; each address is scheme, host and port without a path.

    `public_url` is how browsers reach the same server, if they may; the default is that they may not.
    """

    endpoint_url: str
    access_key: str
    secret_key: str = field(repr=False)
    region: str = "us-east-1"
    bucket: str = "sealshare"
    public_url: str | None = None
