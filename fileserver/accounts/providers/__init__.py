"""Signing in through somebody who vouches: OpenID Connect providers, and WeCom.

A browser is sent away with a state that this server made for it alone, and comes back with a code. `attempts` remembers
who was sent where, `vouching` finds out for whom a provider vouches, `entering` finds the account and begins the
session.
"""

from fileserver.accounts.providers.port import EmployeeIdentity

__all__ = ["EmployeeIdentity"]
