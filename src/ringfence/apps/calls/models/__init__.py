"""The tables of what a call leaves."""

from ringfence.apps.calls.models.admission import Ticket
from ringfence.apps.calls.models.call import Call
from ringfence.apps.calls.models.erasure import ErasedPart, Erasure, ErasureState, LedgerMark
from ringfence.apps.calls.models.parts import PartState, Recording, SearchTokens, Transcript

__all__ = [
    "Call",
    "ErasedPart",
    "Erasure",
    "ErasureState",
    "LedgerMark",
    "PartState",
    "Recording",
    "SearchTokens",
    "Ticket",
    "Transcript",
]
