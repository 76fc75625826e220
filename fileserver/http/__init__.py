"""The frame around every route: one typed table makes router, checks, problems and the OpenAPI document.

A feature writes `Route` records (routing) with plain async handlers that take a `Call` and give back a pydantic model.
This package authenticates, checks and parses before the handler runs, and turns every exception into a problem
afterwards. It decides nothing about materials: that stays with compliance, in the handler's transaction.
"""
