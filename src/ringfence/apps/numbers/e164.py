"""Telephone numbers in the one form in which they are kept: E.164, `+` and up to 15 digits (ITU-T E.164)."""

import phonenumbers

from ringfence.apps.numbers.errors import BadNumber


def e164(text: str, region: str | None = None) -> str:
    """The number a person wrote. `region` ("US") is where one without a country code belongs. Raises `BadNumber`."""
    try:
        number = phonenumbers.parse(text.strip(), region)
    except phonenumbers.NumberParseException:
        raise BadNumber("Write the number with its country code, like +1 212 555 0100.") from None
    if not phonenumbers.is_possible_number(number) or number.extension:
        raise BadNumber("That cannot be a telephone number. Write it like +1 212 555 0100.")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
