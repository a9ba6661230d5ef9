"""Why a number is not called again."""

from enum import StrEnum


class Cause(StrEnum):
    SPOKEN = "spoken"  # "stop calling me"
    KEYED = "keyed"  # key 9
    MEMBER = "member"  # entered in the console
