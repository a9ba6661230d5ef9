"""What a call leaves, each with a period of its own."""

from enum import StrEnum


class Part(StrEnum):
    LOG = "log"
    RECORDING = "recording"
    TRANSCRIPT = "transcript"
    LIVE = "live"  # of calls that have not ended
