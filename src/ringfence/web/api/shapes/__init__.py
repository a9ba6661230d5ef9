"""The shapes of what the API answers, for its description. They describe and do nothing: answers are written by `orjson` as they are.

A test sends everything that the description allows and holds each answer against its shape; a field that is not here fails it.
"""

from typing import Final

from ninja import Schema

from ringfence.web.api.shapes.account import Invoice, Key, Preview, Standing, Usage
from ringfence.web.api.shapes.agents import (
    Agent,
    AgentLine,
    Number,
    Periods,
    Version,
    VersionLine,
    VersionNumber,
)
from ringfence.web.api.shapes.base import Page
from ringfence.web.api.shapes.calls import Call, CallLine, Transcript
from ringfence.web.api.shapes.evidence import (
    ConsentRecord,
    Event,
    Hold,
    Proof,
    ReceiptLine,
    ReceivedByDay,
    RecipientPage,
    Refusal,
    Signatures,
    Signed,
)
from ringfence.web.api.shapes.support import SupportLine, SupportRequest

# (method, path) → what stands in the body of a success. Files and empty answers have none.
SHAPES: Final[dict[tuple[str, str], type[Schema]]] = {
    ("get", "calls"): Page[CallLine], ("post", "calls"): Call, ("get", "calls/{call_id}"): Call,
    ("get", "calls/{call_id}/transcript"): Transcript, ("get", "calls/{call_id}/receipt"): Signatures,
    ("get", "agents"): Page[AgentLine], ("post", "agents"): Agent, ("get", "agents/{agent_id}"): Agent,
    ("put", "agents/{agent_id}/draft"): Agent, ("get", "agents/{agent_id}/periods"): Periods,
    ("put", "agents/{agent_id}/periods"): Periods, ("get", "agents/{agent_id}/versions"): Page[VersionLine],
    ("post", "agents/{agent_id}/versions"): VersionNumber, ("get", "agents/{agent_id}/versions/{number}"): Version,
    ("get", "numbers"): Page[Number], ("post", "numbers"): Number, ("get", "numbers/{number_id}"): Number,
    ("put", "numbers/{number_id}"): Number, ("get", "account/plan"): Standing, ("put", "account/plan"): Standing,
    ("delete", "account/plan/next"): Standing, ("get", "account/plan/preview"): Preview,
    ("post", "account/cancellation"): Standing, ("delete", "account/cancellation"): Standing,
    ("get", "keys"): Page[Key], ("get", "account/invoices"): Page[Invoice], ("get", "account/usage"): Usage,
    ("get", "holds"): Page[Hold], ("post", "holds"): Hold, ("get", "holds/{hold_id}"): Hold,
    ("delete", "holds/{hold_id}"): Hold, ("get", "recipients"): RecipientPage,
    ("get", "recipients/refusals"): Page[Refusal], ("get", "recipients/{recipient_id}"): ReceivedByDay,
    ("put", "recipients/{recipient_id}"): ReceivedByDay, ("get", "audit"): Page[Event],
    ("get", "audit/{event_id}"): Event, ("get", "audit/{event_id}/proof"): Proof,
    ("get", "consents"): Page[ConsentRecord], ("get", "receipts"): Page[ReceiptLine],
    ("get", "receipts/{receipt_id}"): Signed, ("get", "support"): Page[SupportLine],
    ("post", "support"): SupportRequest, ("get", "support/{request_id}"): SupportRequest,
    ("post", "support/{request_id}/messages"): SupportRequest,
}  # fmt: skip
