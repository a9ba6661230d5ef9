"""What Twilio signs and what we answer with."""

from xml.etree import ElementTree as ET

import pytest

from ringfence.voice.telephony.ports import BadSignature
from ringfence.voice.telephony.twilio import twiml
from ringfence.voice.telephony.twilio.signature import check, sign

FIELDS = {
    "CallSid": "CA1234567890ABCDE",
    "Caller": "+14158675309",
    "Digits": "1234",
    "From": "+14158675309",
    "To": "+18005551212",
}
URL = "https://mycompany.com/myapp.php?foo=1&bar=2"


def test_the_signature_of_the_carriers_own_example() -> None:
    assert sign("12345", URL, FIELDS) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="


@pytest.mark.parametrize(
    ("url", "fields"),
    [(URL + "x", FIELDS), (URL, {**FIELDS, "To": "+18005551213"}), (URL, {**FIELDS, "More": "1"}), (URL, {})],
)
def test_anything_else_is_refused(url: str, fields: dict[str, str]) -> None:
    check("12345", sign("12345", URL, FIELDS), URL, FIELDS)
    with pytest.raises(BadSignature):
        check("12345", sign("12345", URL, FIELDS), url, fields)


@pytest.mark.parametrize("signature", [None, "", "RSOYDt4T1cUTdK1PDd93/VVr8B9="])
def test_a_missing_or_wrong_signature_is_refused(signature: str | None) -> None:
    with pytest.raises(BadSignature):
        check("12345", signature, URL, FIELDS)


def test_a_stream_carries_its_parameters_and_escapes_them() -> None:
    root = ET.fromstring(twiml.stream("wss://x/media?a=1&b=2", {"ticket": 'a"<&>'}))  # noqa: S314 (our own document)
    stream = root.find("Connect/Stream")
    assert stream is not None
    assert stream.get("url") == "wss://x/media?a=1&b=2"
    parameter = stream.find("Parameter")
    assert parameter is not None
    assert (parameter.get("name"), parameter.get("value")) == ("ticket", 'a"<&>')


def test_a_transfer_dials_the_number() -> None:
    root = ET.fromstring(twiml.dial("+12025550173"))  # noqa: S314
    assert root.findtext("Dial/Number") == "+12025550173"


def test_what_is_said_is_escaped() -> None:
    assert "<Say>1 &lt; 2</Say>" in twiml.say("1 < 2")
