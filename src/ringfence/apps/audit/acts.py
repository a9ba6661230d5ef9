"""What can be done, as a closed list. An act that is not here cannot be written down, and what is not written down is not done.

`words` follow a person's name on the page; `reads` tells looking from changing; `source` says that the address it came
from is kept with it, as the policy has it for security (use.security: account, usage, IP addresses).
"""

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Act(StrEnum):
    """Stable names: they stand in exports."""

    CALLS_LISTED = "calls_listed"
    CALLS_SEARCHED = "calls_searched"
    CALLS_WATCHED = "calls_watched"
    CALL_OPENED = "call_opened"
    RECORDING_PLAYED = "recording_played"
    CALL_EXPORTED = "call_exported"
    CALL_BEGUN = "call_begun"
    CALL_TAKEN_IN = "call_taken_in"
    CALL_SUMMARISED = "call_summarised"
    WAVEFORM_DRAWN = "waveform_drawn"
    RECORDING_DELETED = "recording_deleted"
    TRANSCRIPT_DELETED = "transcript_deleted"
    CALL_DELETED = "call_deleted"
    AGENT_MADE = "agent_made"
    DRAFT_SAVED = "draft_saved"
    AGENT_PUBLISHED = "agent_published"
    AGENT_PUT_AWAY = "agent_put_away"
    AGENT_RESTORED = "agent_restored"
    PERIODS_SET = "periods_set"
    ENGINE_ADDED = "engine_added"
    ENGINE_REMOVED = "engine_removed"
    CARRIER_CONNECTED = "carrier_connected"
    CARRIER_DISCONNECTED = "carrier_disconnected"
    RECIPIENT_REGISTERED = "recipient_registered"
    RECIPIENT_CHANGED = "recipient_changed"
    RECIPIENT_ENDED = "recipient_ended"
    LEAVING_REFUSED = "leaving_refused"
    NUMBER_ADDED = "number_added"
    NUMBER_ASSIGNED = "number_assigned"
    NUMBER_REMOVED = "number_removed"
    CODE_REQUESTED = "code_requested"
    NUMBER_CONFIRMED = "number_confirmed"
    CONFIRMED_FORGOTTEN = "confirmed_forgotten"
    NUMBER_SUPPRESSED = "number_suppressed"
    SUPPRESSION_LIFTED = "suppression_lifted"
    REQUEST_ENTERED = "request_entered"
    ACCOUNT_OPENED = "account_opened"
    PLAN_RAISED = "plan_raised"
    PLAN_LOWER_CONFIRMED = "plan_lower_confirmed"
    PLAN_LOWER_WITHDRAWN = "plan_lower_withdrawn"
    PLAN_LOWERED = "plan_lowered"
    ACCOUNT_CANCELLED = "account_cancelled"
    ACCOUNT_RETURNED = "account_returned"
    ACCOUNT_ERASED = "account_erased"
    HOLD_SET = "hold_set"
    HOLD_RELEASED = "hold_released"
    MEMBER_ADDED = "member_added"
    ROLE_CHANGED = "role_changed"
    MEMBER_REMOVED = "member_removed"
    KEY_ISSUED = "key_issued"
    KEY_REVOKED = "key_revoked"
    SIGNED_IN = "signed_in"
    SIGN_IN_LINKED = "sign_in_linked"
    SIGN_IN_FAILED = "sign_in_failed"
    SESSION_ELSEWHERE = "session_elsewhere"
    SIGNED_OUT = "signed_out"
    SESSION_ENDED = "session_ended"
    RULES_CHANGED = "rules_changed"
    SECOND_FACTOR_ASKED = "second_factor_asked"
    SECOND_FACTOR_NOT_ASKED = "second_factor_not_asked"
    SIGN_IN_CHANGED = "sign_in_changed"
    PROFILE_CHANGED = "profile_changed"
    COUNTING_CHOSEN = "counting_chosen"
    USAGE_FORGOTTEN = "usage_forgotten"
    DETAILS_CHANGED = "details_changed"
    MEMBER_INVITED = "member_invited"
    INVITATION_REVOKED = "invitation_revoked"
    SIGN_ON_CHANGED = "sign_on_changed"
    ACCOUNT_ENTERED = "account_entered"
    TRAIL_EXPORTED = "trail_exported"
    SUPPORT_REQUESTED = "support_requested"
    SUPPORT_WRITTEN = "support_written"
    SUPPORT_CLOSED = "support_closed"
    SUPPORT_ANSWERED = "support_answered"
    ACCESS_ASKED = "access_asked"
    ACCESS_APPROVED = "access_approved"
    ACCESS_REFUSED = "access_refused"
    ACCESS_WITHDRAWN = "access_withdrawn"
    GLASS_ASKED = "glass_asked"
    GLASS_BROKEN = "glass_broken"
    SETTINGS_SEEN = "settings_seen"


@dataclass(frozen=True, slots=True)
class Facts:
    words: str
    reads: bool = False
    source: bool = False


FACTS: Final[MappingProxyType[Act, Facts]] = MappingProxyType(
    {
        Act.CALLS_LISTED: Facts("looked at a page of the call log", reads=True),
        Act.CALLS_SEARCHED: Facts("searched in the call log", reads=True),
        Act.CALLS_WATCHED: Facts("watched calls in progress", reads=True),
        Act.CALL_OPENED: Facts("opened a call", reads=True),
        Act.RECORDING_PLAYED: Facts("listened to a recording", reads=True),
        Act.CALL_EXPORTED: Facts("exported a call", reads=True, source=True),
        Act.CALL_BEGUN: Facts("began a call"),
        Act.CALL_TAKEN_IN: Facts("entered a call in the log"),
        Act.CALL_SUMMARISED: Facts("read a transcript and wrote its summary", reads=True),
        Act.WAVEFORM_DRAWN: Facts("read a recording and drew its waveform", reads=True),
        Act.RECORDING_DELETED: Facts("deleted a recording"),
        Act.TRANSCRIPT_DELETED: Facts("deleted a transcript"),
        Act.CALL_DELETED: Facts("deleted a call"),
        Act.AGENT_MADE: Facts("made an agent"),
        Act.DRAFT_SAVED: Facts("changed an agent's draft"),
        Act.AGENT_PUBLISHED: Facts("published an agent"),
        Act.AGENT_PUT_AWAY: Facts("put an agent away"),
        Act.AGENT_RESTORED: Facts("took an agent out again"),
        Act.PERIODS_SET: Facts("changed how long an agent's calls are kept"),
        Act.ENGINE_ADDED: Facts("added an engine"),
        Act.ENGINE_REMOVED: Facts("removed an engine"),
        Act.CARRIER_CONNECTED: Facts("connected a carrier", source=True),
        Act.CARRIER_DISCONNECTED: Facts("disconnected a carrier", source=True),
        Act.RECIPIENT_REGISTERED: Facts("registered a recipient of personal data", source=True),
        Act.RECIPIENT_CHANGED: Facts(
            "changed where a recipient is, and on what ground it may receive", source=True
        ),
        Act.RECIPIENT_ENDED: Facts("ended a recipient", source=True),
        Act.LEAVING_REFUSED: Facts("refused to let data leave"),
        Act.NUMBER_ADDED: Facts("added a number"),
        Act.NUMBER_ASSIGNED: Facts("changed who answers a number"),
        Act.NUMBER_REMOVED: Facts("removed a number"),
        Act.CODE_REQUESTED: Facts("asked for a code to confirm a number"),
        Act.NUMBER_CONFIRMED: Facts("confirmed a number"),
        Act.CONFIRMED_FORGOTTEN: Facts("removed a confirmed number"),
        Act.NUMBER_SUPPRESSED: Facts("put a number on the do-not-call list"),
        Act.SUPPRESSION_LIFTED: Facts("took a number off the do-not-call list"),
        Act.REQUEST_ENTERED: Facts("entered a caller's request about their data"),
        Act.ACCOUNT_OPENED: Facts("opened the account"),
        Act.PLAN_RAISED: Facts("raised the account's plan", source=True),
        Act.PLAN_LOWER_CONFIRMED: Facts(
            "confirmed a lower plan from the end of the paid period", source=True
        ),
        Act.PLAN_LOWER_WITHDRAWN: Facts("withdrew the change to a lower plan", source=True),
        Act.PLAN_LOWERED: Facts("put the lower plan that was confirmed into force"),
        Act.ACCOUNT_CANCELLED: Facts("cancelled the account", source=True),
        Act.ACCOUNT_RETURNED: Facts("brought the account back", source=True),
        Act.ACCOUNT_ERASED: Facts("erased the account"),
        Act.HOLD_SET: Facts("set a legal hold", source=True),
        Act.HOLD_RELEASED: Facts("released a legal hold", source=True),
        Act.MEMBER_ADDED: Facts("added a member", source=True),
        Act.ROLE_CHANGED: Facts("changed a member's role", source=True),
        Act.MEMBER_REMOVED: Facts("removed a member", source=True),
        Act.KEY_ISSUED: Facts("made an API key", source=True),
        Act.KEY_REVOKED: Facts("revoked an API key", source=True),
        Act.SIGNED_IN: Facts("signed in", source=True),
        Act.SIGN_IN_LINKED: Facts("made a sign-in link for a member", source=True),
        Act.SIGN_IN_FAILED: Facts("was asked to sign a member in with a wrong password or code", source=True),
        Act.SESSION_ELSEWHERE: Facts("turned up with a session at another place", source=True),
        Act.SESSION_ENDED: Facts("signed out a session of theirs", source=True),
        Act.SIGN_IN_CHANGED: Facts("changed how they sign in", source=True),
        Act.PROFILE_CHANGED: Facts("changed their name or time zone"),
        Act.COUNTING_CHOSEN: Facts("chose whether their visits are counted"),
        Act.USAGE_FORGOTTEN: Facts("deleted the account's usage data", source=True),
        Act.DETAILS_CHANGED: Facts("changed the company's details", source=True),
        Act.MEMBER_INVITED: Facts("asked somebody in", source=True),
        Act.INVITATION_REVOKED: Facts("took an invitation back", source=True),
        Act.SIGN_ON_CHANGED: Facts("changed the account's single sign-on", source=True),
        Act.RULES_CHANGED: Facts("changed after how long members are signed out", source=True),
        Act.SECOND_FACTOR_ASKED: Facts("had all members asked for a second factor", source=True),
        Act.SECOND_FACTOR_NOT_ASKED: Facts("had members no longer asked for a second factor", source=True),
        Act.SIGNED_OUT: Facts("signed out", source=True),
        Act.ACCOUNT_ENTERED: Facts("switched to this account", source=True),
        Act.TRAIL_EXPORTED: Facts("exported the audit log", source=True),
        Act.SUPPORT_REQUESTED: Facts("asked support for help"),
        Act.SUPPORT_WRITTEN: Facts("wrote to support"),
        Act.SUPPORT_CLOSED: Facts("closed a support request"),
        Act.SUPPORT_ANSWERED: Facts("answered a support request"),
        Act.ACCESS_ASKED: Facts("asked for access to call data", source=True),
        Act.ACCESS_APPROVED: Facts("approved that support opens call data", source=True),
        Act.ACCESS_REFUSED: Facts("refused support access to call data", source=True),
        Act.ACCESS_WITHDRAWN: Facts("ended support's access to call data", source=True),
        Act.GLASS_ASKED: Facts("asked to see the account's settings without being asked", source=True),
        Act.GLASS_BROKEN: Facts(
            "confirmed that the account's settings are seen without being asked", source=True
        ),
        Act.SETTINGS_SEEN: Facts("looked at the account's settings", reads=True, source=True),
    }
)


@dataclass(frozen=True, slots=True)
class Thing:
    """What was acted on, by id. `kind` is a word: call, agent, member, key, number, …"""

    kind: str
    id: str
