"""What a token must say: OpenID Connect Core 1.0 §3.1.3.7, Back-Channel Logout 1.0 §2.6. Pure."""

import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from joserfc import jwt
from joserfc.errors import BadSignatureError, JoseError
from joserfc.jwk import KeySet

from fileserver.oidc.errors import OidcRefused

ALGORITHMS = ("RS256", "PS256", "ES256")  # no shared secrets, no `none`
LEEWAY_S = 60
AGE_MAX_S = 10 * 60  # an ID token is fetched at once: an older one was kept by somebody
SUBJECT_CHARS_MAX = 255
TOKEN_CHARS_MAX = 16_384
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"


def opened(token: str, keys: KeySet) -> Mapping[str, Any]:
    """The claims, once the signature is one of these keys'. Raises OidcRefused."""
    if len(token) > TOKEN_CHARS_MAX:
        raise OidcRefused("token")
    try:
        found = jwt.decode(token, keys, algorithms=ALGORITHMS)
    except BadSignatureError as error:
        raise OidcRefused("signature") from error
    except JoseError as error:
        raise OidcRefused("algorithm" if error.error == "unsupported_algorithm" else "keys") from error
    except (ValueError, TypeError, KeyError) as error:
        raise OidcRefused("token") from error
    return found.claims


def check_id_token(
    claims: Mapping[str, Any], issuer: str, client_id: str, nonce: str, now: datetime, fresh_s: int | None
) -> None:
    """Returns if it says that somebody signed in for this client and this request just now. Raises OidcRefused."""
    _check_common(claims, issuer, client_id, now)
    said = claims.get("nonce")
    if not isinstance(said, str) or not hmac.compare_digest(said.encode(), nonce.encode()):
        raise OidcRefused("nonce")
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= SUBJECT_CHARS_MAX:
        raise OidcRefused("subject")
    if fresh_s is not None and now.timestamp() - _number(claims, "auth_time", "stale") > fresh_s + LEEWAY_S:
        raise OidcRefused("stale")


def check_logout_token(claims: Mapping[str, Any], issuer: str, client_id: str, now: datetime) -> None:
    """Returns if it ends a session or all sessions of a subject. Raises OidcRefused."""
    _check_common(claims, issuer, client_id, now)
    events = claims.get("events")
    if not isinstance(events, dict) or LOGOUT_EVENT not in events or "nonce" in claims:
        raise OidcRefused("events")
    if not isinstance(claims.get("sid"), str) and not isinstance(claims.get("sub"), str):
        raise OidcRefused("subject")


def _check_common(claims: Mapping[str, Any], issuer: str, client_id: str, now: datetime) -> None:
    if claims.get("iss") != issuer:
        raise OidcRefused("issuer")
    audience = claims.get("aud")
    audiences = [audience] if isinstance(audience, str) else audience
    if not isinstance(audiences, list) or client_id not in audiences:
        raise OidcRefused("audience")
    if (len(audiences) > 1 or "azp" in claims) and claims.get("azp") != client_id:
        raise OidcRefused("party")
    at = now.timestamp()
    if _number(claims, "exp", "expired") + LEEWAY_S <= at:
        raise OidcRefused("expired")
    issued = _number(claims, "iat", "expired")
    if issued > at + LEEWAY_S or ("nbf" in claims and _number(claims, "nbf", "future") > at + LEEWAY_S):
        raise OidcRefused("future")
    if at - issued > AGE_MAX_S + LEEWAY_S:
        raise OidcRefused("expired")


def _number(claims: Mapping[str, Any], name: str, reason: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise OidcRefused(reason)
    return float(value)
