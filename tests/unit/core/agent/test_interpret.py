"""What people say, as values. Every row is (what was heard, what it means)."""
# ruff: noqa: SIM905 -- lists of words read best as words

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.core.agent.answers import (
    Answer,
    Choice,
    Date,
    Digits,
    Number,
    Option,
    Phone,
    Text,
    Time,
    YesNo,
)
from ringfence.core.agent.interpret import Value, interpret, is_empty
from ringfence.core.agent.spoken import spoken
from ringfence.core.agent.words import plain, spell, whole

MONDAY = date(2026, 11, 23)

CHOICE = Choice(
    options=(
        Option(value="appointment", say=("book an appointment", "see a doctor")),
        Option(value="billing", say=("a bill", "pay")),
        Option(value="pay_rent", say=("pay the rent",)),
    )
)


@pytest.mark.parametrize(
    ("heard", "value"),
    [
        ("Yes", True),
        ("yeah.", True),
        ("yep, that's right", True),
        ("yes please", True),
        ("Sure, go ahead!", True),
        ("yes I would like that", True),
        ("um, okay", True),
        ("no problem", True),
        ("I don't mind", True),
        ("correct", True),
        ("I have.", True),
        ("yes, I am", True),
        ("I am, yes", True),
        ("I have no idea", None),
        ("I have concerns", None),
        ("I am in a meeting", None),
        ("it is about a bill", None),
        ("I do not", False),
        ("No", False),
        ("nope", False),
        ("no, thank you", False),
        ("not really", False),
        ("I'd rather not", False),
        ("no, I'd rather you didn't", False),
        ("please don't", False),
        ("I don't think so", False),
        ("absolutely not", False),
        ("that's not right", False),
        ("I do mind", False),
        ("I object", False),
        ("no that's wrong", False),
        ("yes and no", None),
        ("yes, but don't record my name", None),
        ("maybe", None),
        ("I'm not sure", None),
        ("I don't know", None),
        ("what did you say?", None),
        ("elephant", None),
        ("can I talk to your manager", None),
        ("it was raining all day in Boston", None),
        ("let me think about it for a moment", None),
        ("", None),
        ("I was on the right side of the road when it happened yesterday", None),
    ],
)
def test_yes_and_no(heard: str, value: bool | None) -> None:
    assert interpret(YesNo(), heard, MONDAY) is value


@pytest.mark.parametrize(
    ("heard", "value"),
    [
        ("appointment", "appointment"),
        ("I want to see a doctor", "appointment"),
        ("two appointments please", "appointment"),
        ("pay", "billing"),
        ("I would like to pay the rent", "pay_rent"),
        ("pay rent", "pay_rent"),
        ("it's about a bill", "billing"),
        ("the second one", "billing"),
        ("option three", "pay_rent"),
        ("the last one", "pay_rent"),
        ("an appointment and a bill", None),
        ("not an appointment", None),
        ("disappointment", None),
        ("pizza", None),
    ],
)
def test_choices(heard: str, value: str | None) -> None:
    assert interpret(CHOICE, heard, MONDAY) == value


@pytest.mark.parametrize(
    ("heard", "value"),
    [
        ("four", 4),
        ("four people", 4),
        ("twenty three", 23),
        ("twenty-three", 23),
        ("a hundred and five", 105),
        ("two thousand five hundred", 2500),
        ("1,250", 1250),
        ("seventeen hundred", None),
        ("twelve", 12),
        ("a dozen", 12),
        ("two or three", None),
        ("four seven one nine", None),
        ("minus five", None),
        ("zero", 0),
        ("nine hundred ninety nine thousand nine hundred ninety nine", 999_999),
        ("a million", None),
        ("for", None),
    ],
)
def test_numbers(heard: str, value: int | None) -> None:
    assert interpret(Number(), heard, MONDAY) == value


def test_a_number_outside_its_limits_is_none() -> None:
    assert interpret(Number(minimum=1, maximum=12), "thirteen", MONDAY) is None
    assert interpret(Number(minimum=1, maximum=12), "zero", MONDAY) is None


@pytest.mark.parametrize(
    ("heard", "value"),
    [
        ("four seven one nine", "4719"),
        ("4719", "4719"),
        ("my code is four seven, one nine", "4719"),
        ("oh double five triple one", "055111"),
        ("twenty one forty", "2140"),
        ("four seven banana one nine", None),
        ("banana", None),
    ],
)
def test_digits(heard: str, value: str | None) -> None:
    assert interpret(Digits(), heard, MONDAY) == value


def test_digits_of_the_wrong_length_are_none() -> None:
    assert interpret(Digits(min_length=4, max_length=4), "one two three", MONDAY) is None


@pytest.mark.parametrize(
    ("heard", "value"),
    [
        ("today", "2026-11-23"),
        ("tomorrow", "2026-11-24"),
        ("the day after tomorrow", "2026-11-25"),
        ("in three days", "2026-11-26"),
        ("in a week", "2026-11-30"),
        ("in two weeks", "2026-12-07"),
        ("Friday", "2026-11-27"),
        ("on friday please", "2026-11-27"),
        ("Monday", "2026-11-30"),
        ("this Monday", "2026-11-23"),
        ("next tuesday", "2026-12-01"),
        ("Tuesday next week", "2026-12-01"),
        ("the third of march", "2027-03-03"),
        ("March 3rd", "2027-03-03"),
        ("march third", "2027-03-03"),
        ("the third of March, two thousand thirty", "2030-03-03"),
        ("December twenty first", "2026-12-21"),
        ("december 21", "2026-12-21"),
        ("november 23", "2026-11-23"),
        ("november twenty second", "2027-11-22"),
        ("july fourth nineteen eighty four", "1984-07-04"),
        ("July 4, 1984", "1984-07-04"),
        ("the second of may nineteen oh five", "1905-05-02"),
        ("the first of january two thousand and one", "2001-01-01"),
        ("may fifth twenty twenty seven", "2027-05-05"),
        ("12/24/2026", "2026-12-24"),
        ("7/4/84", "1984-07-04"),
        ("2026-12-24", "2026-12-24"),
        ("the fifteenth", "2026-12-15"),
        ("the thirty first", "2026-12-31"),
        ("Friday, the twenty seventh of November", "2026-11-27"),
        ("I'd like to come next Tuesday if possible", "2026-12-01"),
        ("february twenty ninth", "2028-02-29"),
        ("february thirtieth", None),
        ("Tuesday or Wednesday", None),
        ("whenever", None),
        ("five", None),
    ],
)
def test_dates(heard: str, value: str | None) -> None:
    assert interpret(Date(), heard, MONDAY) == value


@pytest.mark.parametrize(
    ("heard", "value"),
    [
        ("seven thirty", "07:30"),
        ("half past nine", "09:30"),
        ("quarter to three", "14:45"),
        ("a quarter past ten", "10:15"),
        ("twenty five past eleven", "11:25"),
        ("ten to one p.m.", "12:50"),
        ("three pm", "15:00"),
        ("3:30 PM", "15:30"),
        ("3pm", "15:00"),
        ("nine o'clock", "09:00"),
        ("nine in the evening", "21:00"),
        ("three", "15:00"),
        ("three in the morning", "03:00"),
        ("twelve a m", "00:00"),
        ("noon", "12:00"),
        ("at midnight", "00:00"),
        ("15:45", "15:45"),
        ("07:05", "07:05"),
        ("seven oh five p m", "19:05"),
        ("twenty two fifteen", "22:15"),
        ("twenty five o'clock", None),
        ("nine or ten", None),
        ("soon", None),
        ("13 a.m.", "13:00"),
    ],
)
def test_times(heard: str, value: str | None) -> None:
    assert interpret(Time(), heard, MONDAY) == value


@pytest.mark.parametrize(
    ("heard", "value"),
    [
        ("two oh two five five five oh one seven three", "+12025550173"),
        ("(202) 555-0173", "+12025550173"),
        ("202-555-0173", "+12025550173"),
        ("it's area code two oh two, triple five, oh one seven three", "+12025550173"),
        ("plus four four two oh seven nine four six oh one two three", "+442079460123"),
        ("+44 20 7946 0123", "+442079460123"),
        ("five five five", None),
        ("one one one one one one one one one one", None),
        ("my number", None),
    ],
)
def test_phones(heard: str, value: str | None) -> None:
    assert interpret(Phone(), heard, MONDAY) == value


@pytest.mark.parametrize(
    ("kind", "heard", "value"),
    [
        ("name", "My name is Ada Lovelace.", "Ada Lovelace"),
        ("name", "it's Grace", "Grace"),
        ("name", "...", None),
        ("email", "ada dot lovelace at example dot com", "ada.lovelace@example.com"),
        ("email", "my address is Ada@Example.com", "ada@example.com"),
        ("email", "ada at example", None),
        ("text", "  the tap   drips ", "the tap drips"),
        ("text", "   ", None),
    ],
)
def test_free_text(kind: str, heard: str, value: str | None) -> None:
    assert interpret(Text.model_validate({"kind": kind}), heard, MONDAY) == value


@pytest.mark.parametrize("heard", ["none", "Nothing.", "skip that please", "I don't have one"])
def test_nothing_is_an_answer_of_its_own(heard: str) -> None:
    assert is_empty(heard)


@pytest.mark.parametrize("heard", ["one", "nothing but trouble", "the ninth"])
def test_something_is_not_nothing(heard: str) -> None:
    assert not is_empty(heard)


@given(st.integers(0, 999_999))
def test_every_number_is_understood_as_it_is_spelled(number: int) -> None:
    assert whole(plain(spell(number))) == number
    assert interpret(Number(), spell(number), MONDAY) == number


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)), st.dates(date(2020, 1, 1), date(2040, 1, 1)))
def test_a_day_read_back_is_understood_again(day: date, today: date) -> None:
    said = spoken(Date(), day.isoformat(), today)
    assert (
        interpret(Date(), f"{said}, {day.year}" if str(day.year) not in said else said, today)
        == day.isoformat()
    )


@given(st.times())
def test_a_time_read_back_is_understood_again(time: object) -> None:
    value = str(time)[:5]
    assert interpret(Time(), spoken(Time(), value, MONDAY), MONDAY) == value


KINDS: list[Answer] = [
    YesNo(), CHOICE, Number(), Digits(), Date(), Time(), Phone(), Text(), Text(kind="name"), Text(kind="email"),
]  # fmt: skip
WORDS = st.lists(
    st.sampled_from(
        "yes no not a and the oh double ten twenty third of march next tuesday in week at dot plus hundred "
        "thousand half past to quarter pm o'clock two 3 12:30 1/2 99999999999999999999 202 + . - é ١ ²".split()
    ),
    max_size=12,
).map(" ".join)


@given(st.sampled_from(KINDS), WORDS | st.text(max_size=60), st.dates(date(1950, 1, 1), date(2150, 1, 1)))
def test_nothing_that_is_said_breaks_it(answer: Answer, heard: str, today: date) -> None:
    value: Value | None = interpret(answer, heard, today)
    if value is not None:
        assert spoken(answer, value, today)


def test_values_are_said_as_people_say_them() -> None:
    assert spoken(Phone(), "+12025550173", MONDAY) == "2 0 2, 5 5 5, 0 1 7 3"
    assert spoken(Date(), "2026-12-01", MONDAY) == "Tuesday, December 1"
    assert spoken(Date(), "1984-07-04", MONDAY) == "July 4, 1984"
    assert spoken(Time(), "15:30", MONDAY) == "3:30 p.m."
    assert spoken(Time(), "12:00", MONDAY) == "noon"
    assert spoken(Digits(), "4719", MONDAY) == "4 7 1 9"
    assert spoken(YesNo(), False, MONDAY) == "no"
