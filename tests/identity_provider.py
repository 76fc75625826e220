"""A real OpenID Connect provider over HTTP: it asks nobody anything, and lies where a test tells it to."""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode

from aiohttp import web
from aiohttp.test_utils import TestServer
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from fileserver.oidc.tokens import LOGOUT_EVENT

CLIENT_ID = "sealshare"
SECRET = "provider-secret: with % signs"  # of this test's own provider


@dataclass
class IdentityProvider:
    """One provider. `claims` are added to every ID token; `person` is who is signed in there."""

    clock: Callable[[], datetime]
    issuer: str = ""
    person: str = "u-1001"
    claims: dict[str, Any] = field(default_factory=dict)
    keys: list[RSAKey | ECKey] = field(default_factory=lambda: [RSAKey.generate_key(2048, {"kid": "k1"})])
    algorithm: str = "RS256"
    published: list[dict[str, Any]] | None = None  # None: the keys above
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)  # paths, as they were asked
    lies: dict[str, Any] = field(default_factory=dict)  # members of the discovery document

    def authorize(self, address: str) -> str:
        """What the browser brings back, as the query of the callback: a person at the provider pressed the button."""
        query = {name: values[0] for name, values in parse_qs(address.partition("?")[2]).items()}
        assert (query["response_type"], query["code_challenge_method"]) == ("code", "S256")
        code = secrets.token_urlsafe(16)
        self.codes[code] = query
        return urlencode({"code": code, "state": query["state"], "iss": self.issuer})

    def id_token(self, query: dict[str, str], **claims: Any) -> str:
        """The token for one sign-in."""
        now = int(self.clock().timestamp())
        said = {
            "iss": self.issuer,
            "sub": self.person,
            "aud": query["client_id"],
            "iat": now,
            "exp": now + 300,
            "nonce": query["nonce"],
            "auth_time": now,
            **self.claims,
            **claims,
        }
        return self.signed({name: value for name, value in said.items() if value is not None})

    def signed(self, claims: dict[str, Any]) -> str:
        """These claims under the newest key, or under none, or by the public key taken for a secret (HS256)."""
        key = self.keys[-1]
        if self.algorithm in ("none", "HS256"):  # by hand: the library makes neither
            head = {"alg": self.algorithm, "kid": key.kid}
            signed = ".".join(_encoded(json.dumps(part).encode()) for part in (head, claims))
            mac = hmac.digest(key.as_pem(private=False), signed.encode(), "sha256")
            return f"{signed}.{_encoded(mac) if self.algorithm == 'HS256' else ''}"
        return jwt.encode({"alg": self.algorithm, "kid": key.kid}, claims, key, algorithms=[self.algorithm])

    def logout_token(self, **claims: Any) -> str:
        """What the provider posts when somebody signs out there."""
        now = int(self.clock().timestamp())
        said = {"iss": self.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 120, "jti": secrets.token_hex(8)}
        return self.signed({**said, "events": {LOGOUT_EVENT: {}}, **claims})

    async def discovery(self, request: web.Request) -> web.Response:
        """OpenID Connect Discovery."""
        self.asked.append(request.path)
        said = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "end_session_endpoint": f"{self.issuer}/logout",
            "authorization_response_iss_parameter_supported": True,
        }
        return web.json_response({**said, **self.lies})

    async def jwks(self, request: web.Request) -> web.Response:
        """The keys that are good now."""
        self.asked.append(request.path)
        keys = self.published if self.published is not None else KeySet(list(self.keys)).as_dict()["keys"]
        return web.json_response({"keys": keys})

    async def token(self, request: web.Request) -> web.Response:
        """A code for a token, once, and only with the verifier and the secret of whom it was made for."""
        self.asked.append(request.path)
        sent = await request.post()
        scheme, _, pair = request.headers["Authorization"].partition(" ")
        who = tuple(unquote(part) for part in base64.b64decode(pair).decode().split(":"))
        query = self.codes.pop(str(sent["code"]), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(str(sent["code_verifier"]).encode()).digest())
        if (
            query is None
            or (scheme, who) != ("Basic", (CLIENT_ID, SECRET))
            or challenge.rstrip(b"=").decode() != query["code_challenge"]
            or sent["redirect_uri"] != query["redirect_uri"]
        ):
            return web.json_response({"error": "invalid_grant"}, status=400)
        return web.json_response({"access_token": "x", "token_type": "Bearer", "id_token": self.id_token(query)})


def _encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


@asynccontextmanager
async def identity_provider(clock: Callable[[], datetime]) -> AsyncIterator[IdentityProvider]:
    """A running provider on this machine."""
    provider = IdentityProvider(clock)
    app = web.Application()
    app.router.add_get("/.well-known/openid-configuration", provider.discovery)
    app.router.add_get("/keys", provider.jwks)
    app.router.add_post("/token", provider.token)
    async with TestServer(app) as server:
        provider.issuer = str(server.make_url("")).rstrip("/")
        yield provider
