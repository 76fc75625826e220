"""Real names: whether a name and an ID number are somebody's, asked of a service once and kept as a keyed hash.

Promises: an ID number is looked at here first, goes to the service alone, and is neither stored nor logged; the same
unchanged input is never asked twice while its answer counts, however often and however many at once it comes; a person
and the whole installation ask so often a day at most; each question ends as an event with the service's name and code.
What is verified ends at `valid_until`, or when the consent for it is taken back.
"""

from compliance.real_names.asking import (
    ELSEWHERE_FOR,
    UNKNOWN_FOR,
    Desk,
    Policy,
    Verified,
    ask,
    look_again,
    next_question_at,
    waiting_for,
)
from compliance.real_names.model import Answer, Claim, Handoff, Method, Said, Verifier, claim_of

__all__ = [
    "ELSEWHERE_FOR",
    "UNKNOWN_FOR",
    "Answer",
    "Claim",
    "Desk",
    "Handoff",
    "Method",
    "Policy",
    "Said",
    "Verified",
    "Verifier",
    "ask",
    "claim_of",
    "look_again",
    "next_question_at",
    "waiting_for",
]
