"""How values are shown: durations, moments, numbers, and the words for states."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import phonenumbers
from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from ringfence import policy

register = template.Library()

_WORDS: Final = {
    "ringing": "Ringing", "in_progress": "In progress", "completed": "Completed", "interrupted": "Interrupted",
    "failed": "Failed", "being_erased": "Being erased", "finished": "Finished", "caller_hung_up": "Caller hung up",
    "transferred": "Transferred", "no_input": "No input", "not_understood": "Not understood",
    "voicemail": "Voicemail", "time_limit": "Time limit", "opted_out": "Opted out", "no_answer": "No answer",
    "inbound": "Inbound", "outbound": "Outbound", "twilio": "Telephone", "web": "Browser", "loopback": "Synthetic",
    "kept": "Kept", "deleted": "Deleted", "expired": "Expired", "never_kept": "Never kept", "pending": "Not ready yet",
    "not_asked": "Not asked", "yes": "Yes", "no": "No", "given": "Given", "empty": "Empty", "not_given": "Not given",
    "stt_seconds": "Speech heard, seconds", "tts_characters": "Speech made, characters",
    "llm_input_tokens": "Tokens read", "llm_output_tokens": "Tokens written",
    "stt": "Hears (speech to text)", "llm": "Thinks (language model)", "tts": "Speaks (text to speech)",
    "privacy_officer": "Privacy officer", "link": "One-time link", "totp": "Code of an app", "recovery": "Recovery code",
    "sign_on": "Single sign-on", "engine": "Engine", "carrier": "Carrier", "tool": "Tool", "identity": "Identity provider",
    "objects": "Keeps recordings and keys", "mail": "Mail server", "eea": "EEA", "adequacy": "Adequacy decision",
    "scc": "Standard Contractual Clauses", "unsaid": "Not said yet", "told": "Was told", "objected": "Objected",
}  # fmt: skip

_ENGINES: Final = {
    "stt": "Recogniser",
    "llm": "Language model",
    "tts": "Voice",
    "tool": "Tool",
    "transfer": "Transfer",
}
_FAULTS: Final = {
    "engine_unreachable": "could not be reached", "engine_stalled": "did not answer in time",
    "stalled": "did not answer in time", "timeout": "did not answer in time",
    "engine_nonsense": "answered what cannot be used", "engine_not_configured": "is not set up",
    "engine_not_supported": "cannot do what was asked", "empty": "answered nothing", "too_long": "answered too much",
    "unknown_tool": "asked for a tool that there is not", "bad_arguments": "called a tool wrongly",
    "endless_tools": "called tools without end", "carrier_failed": "the carrier could not do it",
    "audio_too_fast": "audio came faster than it is spoken", "slow_reader": "the line took audio too slowly",
    "no_media": "no audio came", "role_withdrawn": "whoever talked may not any more", "recording_incomplete": "the recording has a gap",
}  # fmt: skip

_TONES: Final = {
    "completed": "kept", "finished": "kept", "transferred": "kept", "in_progress": "live", "ringing": "live",
    "interrupted": "warning", "no_input": "warning", "not_understood": "warning", "time_limit": "warning",
    "opted_out": "warning", "failed": "broken", "being_erased": "warning",
}  # fmt: skip


@register.filter
def item(known: Mapping[Any, Any], key: object) -> Any:
    """What stands under a key; None where nothing does."""
    return known.get(key)


@register.filter
def word(value: object) -> str:
    """A state or kind as people say it."""
    text = str(value or "")
    return _WORDS.get(text, text.replace("_", " ").capitalize())


@register.filter
def tone(value: object) -> str:
    """Which signal a state gives: kept, live, warning, broken or plain."""
    return _TONES.get(str(value or ""), "plain")


@register.simple_tag
def quote(text: str) -> str:
    """A sentence that quotes the policy: `{% quote "Backups are kept {backups}." %}`."""
    return policy.quote(text)


@register.filter
def problem(code: str) -> str:
    """What went wrong in a call and was survived: whose fault, and which."""
    engine, _, fault = code.rpartition(".")
    said = _FAULTS.get(fault, fault.replace("_", " "))
    return f"{_ENGINES.get(engine, engine.capitalize())}: {said}" if engine else said.capitalize()


@register.filter
def duration(seconds: float | None) -> str:
    """2:07, or 1:02:07."""
    if seconds is None:
        return "–"
    whole = round(seconds)
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


@register.filter
def moment(value: Any, form: str = "full") -> SafeString | str:
    """A moment that the browser shows in its reader's own zone; UTC without scripts, and on hover."""
    if not value:
        return "–"
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    text = at.strftime("%d %b %Y") if form == "day" else at.strftime("%d %b %Y, %H:%M")
    utc = at.strftime("%Y-%m-%d %H:%M:%S UTC")
    return format_html(
        '<time datetime="{}" title="{}" data-form="{}">{}</time>', at.isoformat(), utc, form, text
    )


@register.filter
def phone(number: str | None) -> str:
    """A number in international form; a masked one as it is."""
    if not number:
        return "–"
    if not number.startswith("+") or "•" in number:
        return number
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


@register.filter
def percent(part: float, whole: float) -> str:
    """A share for positions in drawings: 12.34."""
    return f"{100 * part / whole:.2f}" if whole else "0"
