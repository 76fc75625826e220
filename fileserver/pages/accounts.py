"""Accounts in the console: the employees, their roles, and whether they may sign in."""

ROUTES = ()
