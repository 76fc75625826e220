"""What an API token can be limited to. The list is closed: a route names one of these, or takes no tokens.

A scope narrows what the token's owner may do and never widens it: the access rules still decide.
"""

from enum import StrEnum


class Scope(StrEnum):
    """`things:verb`. Stored with tokens, so members are added and never renamed."""

    UPLOADS_WRITE = "uploads:write"
    MATERIALS_READ = "materials:read"
    MATERIALS_WRITE = "materials:write"
    REVIEWS_READ = "reviews:read"
    REVIEWS_DECIDE = "reviews:decide"
    RULES_READ = "rules:read"
    RULES_WRITE = "rules:write"
    CERTIFICATES_READ = "certificates:read"
    CERTIFICATES_WRITE = "certificates:write"
    SHARES_READ = "shares:read"
    SHARES_WRITE = "shares:write"
    EVENTS_READ = "events:read"
    LEDGER_READ = "ledger:read"
    TRACES_READ = "traces:read"
    TRACES_WRITE = "traces:write"
    ANALYTICS_READ = "analytics:read"
    PEOPLE_READ = "people:read"
    PEOPLE_WRITE = "people:write"
    HOLDS_READ = "holds:read"
    HOLDS_WRITE = "holds:write"
    OPERATIONS_READ = "operations:read"
    OPERATIONS_WRITE = "operations:write"
    ACCOUNTS_READ = "accounts:read"
    ACCOUNTS_WRITE = "accounts:write"
