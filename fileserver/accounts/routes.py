"""Every route of this feature."""

from fileserver.accounts import (
    account_routes,
    change_routes,
    directory_routes,
    identity_routes,
    policy_routes,
    provider_routes,
    provider_sign_in_routes,
    second_factor_routes,
    session_routes,
    token_routes,
    ways_in_routes,
)

ROUTES = (
    *session_routes.ROUTES,
    *second_factor_routes.ROUTES,
    *token_routes.ROUTES,
    *account_routes.ROUTES,
    *change_routes.ROUTES,
    *policy_routes.ROUTES,
    *provider_routes.ROUTES,
    *directory_routes.ROUTES,
    *identity_routes.ROUTES,
    *ways_in_routes.ROUTES,
    *provider_sign_in_routes.ROUTES,
)
