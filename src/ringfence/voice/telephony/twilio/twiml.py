"""The few TwiML documents we answer with."""

from collections.abc import Mapping
from xml.sax.saxutils import escape, quoteattr


def stream(url: str, parameters: Mapping[str, str]) -> str:
    """Connect the call to our media in both directions. Parameters travel in the stream's first message."""
    inner = "".join(f"<Parameter name={quoteattr(n)} value={quoteattr(v)}/>" for n, v in parameters.items())
    return _document(f"<Connect><Stream url={quoteattr(url)}>{inner}</Stream></Connect>")


def dial(number: str, caller_id: str | None = None) -> str:
    """Hand the call to a number."""
    shown = f" callerId={quoteattr(caller_id)}" if caller_id else ""
    return _document(f"<Dial{shown}><Number>{escape(number)}</Number></Dial>")


def say(text: str, times: int = 1) -> str:
    """Speak a sentence in the carrier's own voice: for confirmation codes and for refusals."""
    return _document(f'<Say>{escape(text)}</Say><Pause length="1"/>' * times)


def reject() -> str:
    return _document('<Reject reason="rejected"/>')


def _document(inner: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><Response>{inner}</Response>'
