"""One process's knowledge of providers: their metadata and keys, kept for a while, and the requests to them."""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlencode

from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from fileserver.oidc import tokens
from fileserver.oidc.errors import OidcRefused
from fileserver.outgoing import Outgoing, OutgoingFailed, OutgoingRefused

WELL_KNOWN = "/.well-known/openid-configuration"
METADATA_S = 3600
KEYS_AGAIN_S = 60  # a key that nobody knows is looked for this often: anybody can name one
KEYS_MAX = 50
FORM = "application/x-www-form-urlencoded"
KEY_TYPES = {"RSA", "EC"}


@dataclass(frozen=True, kw_only=True)
class Client:
    """What this installation is to a provider. An empty secret: a public client, which PKCE alone protects."""

    issuer: str
    client_id: str
    secret: str = field(default="", repr=False)
    scopes: str = "openid"
    redirect_uri: str = ""


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """What belongs to one sign-in: its secrets were made for it, and nobody else has them."""

    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


@dataclass
class _Known:
    metadata: Mapping[str, Any]
    read_at: datetime
    keys: KeySet | None = None
    keys_at: datetime | None = None


class Oidc:
    """Asks providers. Safe to share between requests."""

    def __init__(self, outgoing: Outgoing, clock: Callable[[], datetime]) -> None:
        self._outgoing, self._clock = outgoing, clock
        self._known: dict[str, _Known] = {}

    async def metadata(self, issuer: str) -> Mapping[str, Any]:
        """What the provider says of itself (OpenID Connect Discovery 1.0). Raises OidcRefused."""
        return (await self._about(issuer)).metadata

    async def address(self, client: Client, exchange: Exchange, *, again: bool) -> str:
        """Where to send the browser; `again` has the person prove anew who they are. Raises OidcRefused."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(exchange.verifier.encode()).digest()).rstrip(b"=").decode()
        query = {
            "response_type": "code",
            "client_id": client.client_id,
            "redirect_uri": client.redirect_uri,
            "scope": client.scopes,
            "state": exchange.state,
            "nonce": exchange.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            **({"prompt": "login", "max_age": "0"} if again else {}),
        }
        endpoint = str((await self.metadata(client.issuer))["authorization_endpoint"])
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}"

    async def claims(
        self, client: Client, exchange: Exchange, *, code: str, answered_by: str, fresh_s: int | None = None
    ) -> Mapping[str, Any]:
        """Who signed in, by the ID token for which the code is exchanged.

        `answered_by` is the `iss` of the provider's answer (RFC 9207), empty if it had none; within `fresh_s` the
        person must have proved who they are. Raises OidcRefused.
        """
        metadata = await self.metadata(client.issuer)
        named = metadata.get("authorization_response_iss_parameter_supported") is True
        if answered_by != client.issuer and (answered_by or named):
            raise OidcRefused("issuer")
        answer = await self._exchange(client, metadata, exchange, code)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise OidcRefused("token")
        found = await self._verified(client, token)
        tokens.check_id_token(found, client.issuer, client.client_id, exchange.nonce, self._clock(), fresh_s)
        return found

    async def logout_claims(self, client: Client, token: str) -> Mapping[str, Any]:
        """Whom the provider signed out (OpenID Connect Back-Channel Logout 1.0). Raises OidcRefused."""
        found = await self._verified(client, token)
        tokens.check_logout_token(found, client.issuer, client.client_id, self._clock())
        return found

    async def _exchange(
        self, client: Client, metadata: Mapping[str, Any], exchange: Exchange, code: str
    ) -> Mapping[str, Any]:
        body = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": client.redirect_uri,
            "code_verifier": exchange.verifier,
        }
        headers = {"Accept": "application/json"}
        if client.secret:  # RFC 6749 §2.3.1: both are encoded as in a form before they are joined
            pair = f"{quote(client.client_id, safe='')}:{quote(client.secret, safe='')}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        else:
            body["client_id"] = client.client_id
        try:
            answer = await self._outgoing.post(
                str(metadata["token_endpoint"]), urlencode(body).encode(), media_type=FORM, headers=headers
            )
        except (OutgoingFailed, OutgoingRefused) as error:
            raise OidcRefused("unreachable") from error
        if answer.status != HTTPStatus.OK:
            raise OidcRefused("exchange")
        return _object(answer.body, "exchange")

    async def _verified(self, client: Client, token: str) -> Mapping[str, Any]:
        """The claims of a token that the provider signed; keys are read anew once if it names one that is not known."""
        known = await self._about(client.issuer)
        keys = known.keys or await self._keys(known)
        try:
            return tokens.opened(token, keys)
        except OidcRefused as refused:
            if refused.reason not in ("keys", "signature") or not self._may_read_keys(known):
                raise
        return tokens.opened(token, await self._keys(known))

    def _may_read_keys(self, known: _Known) -> bool:
        return known.keys_at is None or self._clock() - known.keys_at >= timedelta(seconds=KEYS_AGAIN_S)

    async def _keys(self, known: _Known) -> KeySet:
        known.keys_at = self._clock()
        said = await self._read(str(known.metadata["jwks_uri"]), "keys")
        listed = said.get("keys")
        usable = [
            each
            for each in (listed[:KEYS_MAX] if isinstance(listed, list) else [])
            if isinstance(each, dict) and each.get("kty") in KEY_TYPES and each.get("use", "sig") == "sig"
        ]
        try:
            known.keys = KeySet.import_key_set({"keys": usable})
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise OidcRefused("keys") from error
        return known.keys

    async def _about(self, issuer: str) -> _Known:
        known = self._known.get(issuer)
        if known is not None and self._clock() - known.read_at < timedelta(seconds=METADATA_S):
            return known
        said = await self._read(issuer.rstrip("/") + WELL_KNOWN, "discovery")
        needed = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        if said.get("issuer") != issuer or not all(isinstance(said.get(name), str) for name in needed):
            raise OidcRefused("discovery")
        self._known[issuer] = _Known(metadata=said, read_at=self._clock())
        return self._known[issuer]

    async def _read(self, address: str, reason: str) -> Mapping[str, Any]:
        try:
            answer = await self._outgoing.get(address)
        except (OutgoingFailed, OutgoingRefused) as error:
            raise OidcRefused("unreachable") from error
        if answer.status != HTTPStatus.OK:
            raise OidcRefused(reason)
        return _object(answer.body, reason)


def _object(body: bytes, reason: str) -> Mapping[str, Any]:
    try:
        found = json.loads(body)
    except ValueError as error:
        raise OidcRefused(reason) from error
    if not isinstance(found, dict):
        raise OidcRefused(reason)
    return found
