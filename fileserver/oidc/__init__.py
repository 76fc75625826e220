"""OpenID Connect as a relying party: discovery, the authorization code with PKCE, ID tokens, logout tokens.

Promises: an ID token counts only if it is signed by a key that the issuer publishes now, by an algorithm of ours, and
its issuer, audience, authorized party, time and nonce are what they must be; keys are read anew when a token names one
that is not known, at most once a minute; everything is asked through `fileserver.outgoing`, so of listed hosts only.
Who the subject is in this installation is the caller's matter.
"""

from fileserver.oidc.client import Client, Exchange, Oidc
from fileserver.oidc.errors import OidcRefused

__all__ = ["Client", "Exchange", "Oidc", "OidcRefused"]
