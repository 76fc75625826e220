"""Requests that this server sends to others: to witnesses, webhooks, a SIEM.

Whoever can choose an address could otherwise have the server ask on their behalf, from inside the network (SSRF).
Promises: https only, to hosts that the operator named; a name is looked up once, every address found is checked, and
the connection goes to an address that was checked; no redirect is followed, no proxy of the environment used, no
cookie kept; five seconds and 64 KiB at most, unless the caller names other limits. Retrying is the caller's.
"""

from fileserver.outgoing.client import Answer, Outgoing
from fileserver.outgoing.errors import OutgoingFailed, OutgoingRefused
from fileserver.outgoing.policy import Policy, host_of

__all__ = ["Answer", "Outgoing", "OutgoingFailed", "OutgoingRefused", "Policy", "host_of"]
