"""Chance against the verifier: single bytes changed in logs, and notes, receipts and proofs broken in every way.

The tests do some of it; `make proofs` does it all.
"""
