"""Queries, one module per group of tables.

Each function takes the caller's transaction and returns frozen rows or plain values.
"""
