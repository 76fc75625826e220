"""What a provider says of somebody."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class EmployeeIdentity:
    """Who somebody is to a provider: (provider, app, subject) leads to one person.

    `login_hint` names an account, where an administrator trusts the provider for that; empty otherwise. `claims` is
    all that the provider said, for directories that follow it.
    """

    provider: str  # oidc or wecom
    app: str  # the issuer, or the corporation
    subject: str
    method: str  # as sessions name it: oidc:<slug>, wecom
    login_hint: str = ""
    provider_id: UUID | None = None
    provider_session: str = field(default="", repr=False)  # the provider's `sid`
    claims: Mapping[str, Any] = field(default_factory=dict, repr=False)
