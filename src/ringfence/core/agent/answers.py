"""The kinds of answer an agent can ask for. The first seven work offline, each with a closed grammar."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class _Answer(BaseModel):
    """`also` lists what may be said in place of the answer (a question of the FAQ, a person's right): a closed
    grammar listens for it, too, and it is never read as the answer.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)

    also: tuple[str, ...] = Field(default=(), max_length=500)


class YesNo(_Answer):
    kind: Literal["yes_no"] = "yes_no"


class Option(BaseModel):
    """One of several. `value` is what is kept; `say` lists the ways a caller may put it."""

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)

    value: str = Field(min_length=1, max_length=60)
    say: tuple[str, ...] = Field(default=(), max_length=20)


class Choice(_Answer):
    kind: Literal["choice"] = "choice"
    options: tuple[Option, ...] = Field(min_length=2, max_length=40)


class Number(_Answer):
    """A whole number, read as an integer."""

    kind: Literal["number"] = "number"
    minimum: int = Field(default=0, ge=0)
    maximum: int = Field(default=999_999, le=999_999)


class Digits(_Answer):
    """A string of digits, spoken one by one or keyed."""

    kind: Literal["digits"] = "digits"
    min_length: int = Field(default=1, ge=1, le=30)
    max_length: int = Field(default=20, ge=1, le=30)


class Date(_Answer):
    """A calendar day; its value is ISO 8601, YYYY-MM-DD."""

    kind: Literal["date"] = "date"


class Time(_Answer):
    """A time of day; its value is ISO 8601, HH:MM in 24 hours."""

    kind: Literal["time"] = "time"


class Phone(_Answer):
    """A telephone number; its value is E.164."""

    kind: Literal["phone"] = "phone"
    region: str = Field(default="US", pattern=r"^[A-Z]{2}$")


class Text(_Answer):
    """Free speech, names and e-mail addresses included: needs a recogniser for free speech."""

    kind: Literal["text", "name", "email"] = "text"


Answer = Annotated[YesNo | Choice | Number | Digits | Date | Time | Phone | Text, Field(discriminator="kind")]

OFFLINE_KINDS = frozenset({"yes_no", "choice", "number", "digits", "date", "time", "phone"})
