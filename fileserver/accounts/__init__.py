"""Employees: signing in and out, API tokens, and the accounts that an administrator runs.

`authentication` fills the frame's port and also knows viewers, whose signing in is in fileserver.people.
"""
