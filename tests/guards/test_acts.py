"""Nothing is done that is not written down: each route has its acts or a reason, and so has each function that writes.

A new route or a new function that writes fails here until it is named: with its acts, or with why it has none.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from django.urls import URLPattern, get_resolver

from ringfence.apps.audit.acts import FACTS, Act
from ringfence.web.api.v1 import api

SOURCE: Final = Path(__file__).parents[2] / "src" / "ringfence"
SETTINGS_PAGE: Final = "shows settings: no call data, and changes nothing"
PUBLIC: Final = "public: nobody's data"
OWN_PAGE: Final = "shows a person what is theirs"
RECEIPTS: Final = "shows what was deleted: ids and moments, no call data"
OPERATORS: Final = (
    "shows the operator names, counts and states of accounts; who looked is written down among staff's deeds"
)
CONSENTS: Final = "shows who was asked and what was answered: ids and moments, no call data"

# Route → the acts that it may be, or why it is none.
ROUTES: Final[dict[str, tuple[Act, ...] | str]] = {
    "home": PUBLIC,
    "privacy": PUBLIC,
    "privacy-elsewhere": PUBLIC,
    "privacy-json": PUBLIC,
    "privacy-changes": PUBLIC,
    "trust": PUBLIC,
    "trust-elsewhere": PUBLIC,
    "trust-json": PUBLIC,
    "problems": PUBLIC,
    "gallery": PUBLIC,
    "public-keys": PUBLIC,
    "gpc": PUBLIC,
    "sign-in": (Act.SIGNED_IN, Act.SIGN_IN_FAILED),
    "account_login": (Act.SIGNED_IN, Act.SIGN_IN_FAILED),
    "mfa_authenticate": (Act.SIGNED_IN, Act.SIGN_IN_FAILED),
    "sign-in-passkey": (Act.SIGNED_IN,),
    "sign-in-passkey-options": PUBLIC,
    "sign-on": "says which identity provider vouches for an address's domain",
    "go-sign-on": "leads on to an identity provider",
    "openid_connect_callback": (Act.SIGNED_IN,),
    "step-up": (Act.SIGN_IN_FAILED,),
    "forgotten": "mails a link; using it is written down",
    "new-password": (Act.SIGN_IN_CHANGED,),
    "sign-up": "mails a link; nothing exists before it is used",
    "confirm-sign-up": (Act.ACCOUNT_OPENED, Act.MEMBER_ADDED, Act.DETAILS_CHANGED, Act.SIGNED_IN),
    "invitation": (Act.MEMBER_ADDED, Act.SIGNED_IN),
    "GET /keys": SETTINGS_PAGE,
    "DELETE /keys/{key_id}": (Act.KEY_REVOKED,),
    "security": OWN_PAGE,
    "set-password": (Act.SIGN_IN_CHANGED,),
    "add-passkey": (Act.SIGN_IN_CHANGED,),
    "passkey-options": OWN_PAGE,
    "remove-passkey": (Act.SIGN_IN_CHANGED,),
    "app": (Act.SIGN_IN_CHANGED,),
    "remove-app": (Act.SIGN_IN_CHANGED,),
    "recovery-codes": (Act.SIGN_IN_CHANGED,),
    "end-session": (Act.SESSION_ENDED,),
    "end-other-sessions": (Act.SESSION_ENDED,),
    "profile": (Act.PROFILE_CHANGED,),
    "count-me": (Act.COUNTING_CHOSEN,),
    "change-address": "mails a link; using it is written down",
    "confirm-address": (Act.SIGN_IN_CHANGED,),
    "outbox": "mails of an installation in development; never of a call",
    "company": (Act.DETAILS_CHANGED,),
    "ways-in": (Act.RULES_CHANGED, Act.SIGN_ON_CHANGED),
    "enforce-sign-on": (Act.SIGN_ON_CHANGED,),
    "forget-sign-on": (Act.SIGN_ON_CHANGED,),
    "revoke-invitation": (Act.INVITATION_REVOKED,),
    "sign-in-link": (Act.SIGNED_IN,),
    "sign-out": (Act.SIGNED_OUT,),
    "choose-account": (Act.ACCOUNT_ENTERED,),
    "calls": (Act.CALLS_LISTED, Act.CALLS_SEARCHED),
    "live-calls": (Act.CALLS_WATCHED,),
    "delete-calls": (Act.RECORDING_DELETED, Act.TRANSCRIPT_DELETED, Act.CALL_DELETED),
    "call": (Act.CALL_OPENED,),
    "call-going": "says whether a call is still going on, and nothing of it",
    "recording": (Act.RECORDING_PLAYED,),
    "vcon": (Act.CALL_EXPORTED,),
    "agents": SETTINGS_PAGE,
    "new-agent": (Act.AGENT_MADE,),
    "agent": (Act.DRAFT_SAVED, Act.AGENT_PUBLISHED),
    "agent-version": SETTINGS_PAGE,
    "put-away": (Act.AGENT_PUT_AWAY,),
    "talk": SETTINGS_PAGE,
    "ticket": (Act.CALL_BEGUN,),
    "numbers": SETTINGS_PAGE,
    "connect": (Act.CARRIER_CONNECTED,),
    "disconnect": (Act.CARRIER_DISCONNECTED,),
    "add-number": (Act.NUMBER_ADDED, Act.NUMBER_ASSIGNED),
    "change-number": (Act.NUMBER_ASSIGNED, Act.NUMBER_REMOVED),
    "send-code": (Act.CODE_REQUESTED,),
    "check-code": (Act.NUMBER_CONFIRMED, Act.CONFIRMED_FORGOTTEN),
    "test-call": (Act.CALL_BEGUN,),
    "recipients": "shows who received what: counts, no call data",
    "recipient": (Act.RECIPIENT_CHANGED, Act.RECIPIENT_ENDED),
    "receipts": RECEIPTS,
    "receipt": RECEIPTS,
    "receipt-file": RECEIPTS,
    "erased": RECEIPTS,
    "erased-file": RECEIPTS,
    "audit": "shows the trail itself: ids of acts, no call data",
    "audit-event": "shows the trail itself: ids of acts, no call data",
    "audit-proof": "shows the trail itself: ids of acts, no call data",
    "audit-export": (Act.TRAIL_EXPORTED,),
    "members": (Act.MEMBER_INVITED,),
    "change-member": (Act.ROLE_CHANGED, Act.MEMBER_REMOVED),
    "keys": (Act.KEY_ISSUED,),
    "revoke-key": (Act.KEY_REVOKED,),
    "engines": (Act.ENGINE_ADDED,),
    "forget-engine": (Act.ENGINE_REMOVED,),
    "plan": SETTINGS_PAGE,
    "billing": SETTINGS_PAGE,
    "invoice": SETTINGS_PAGE,
    "invoice-file": SETTINGS_PAGE,
    "usage": SETTINGS_PAGE,
    "usage-file": "counts of the account's own use, of no call",
    "forget-usage": (Act.USAGE_FORGOTTEN,),
    "GET /account/usage": SETTINGS_PAGE,
    "DELETE /account/usage": (Act.USAGE_FORGOTTEN,),
    "change-plan": (Act.PLAN_RAISED, Act.PLAN_LOWER_WITHDRAWN, Act.ACCOUNT_CANCELLED, Act.ACCOUNT_RETURNED),
    "lower-plan": (Act.PLAN_LOWER_CONFIRMED,),
    "consents": CONSENTS,
    "GET /consents": CONSENTS,
    "retention": (Act.HOLD_SET,),
    "release-hold": (Act.HOLD_RELEASED,),
    "agent-periods": (Act.PERIODS_SET,),
    "twilio-voice": (Act.CALL_BEGUN,),
    "twilio-status": (Act.CALL_TAKEN_IN,),
    "GET /calls": (Act.CALLS_LISTED, Act.CALLS_SEARCHED),
    "POST /calls": (Act.CALL_BEGUN,),
    "GET /calls/{call_id}": (Act.CALL_OPENED,),
    "DELETE /calls/{call_id}": (Act.CALL_DELETED,),
    "GET /calls/{call_id}/recording": (Act.RECORDING_PLAYED,),
    "DELETE /calls/{call_id}/recording": (Act.RECORDING_DELETED,),
    "GET /calls/{call_id}/transcript": (Act.CALL_OPENED,),
    "DELETE /calls/{call_id}/transcript": (Act.TRANSCRIPT_DELETED,),
    "GET /calls/{call_id}/receipt": RECEIPTS,
    "GET /receipts": RECEIPTS,
    "GET /receipts/{receipt_id}": RECEIPTS,
    "GET /calls/{call_id}/vcon": (Act.CALL_EXPORTED,),
    "GET /agents": SETTINGS_PAGE,
    "POST /agents": (Act.AGENT_MADE,),
    "GET /agents/{agent_id}": SETTINGS_PAGE,
    "DELETE /agents/{agent_id}": (Act.AGENT_PUT_AWAY,),
    "PUT /agents/{agent_id}/draft": (Act.DRAFT_SAVED,),
    "GET /agents/{agent_id}/versions": SETTINGS_PAGE,
    "POST /agents/{agent_id}/versions": (Act.AGENT_PUBLISHED,),
    "GET /agents/{agent_id}/versions/{number}": SETTINGS_PAGE,
    "GET /agents/{agent_id}/periods": SETTINGS_PAGE,
    "PUT /agents/{agent_id}/periods": (Act.PERIODS_SET,),
    "GET /account/plan": SETTINGS_PAGE,
    "GET /account/plan/preview": SETTINGS_PAGE,
    "PUT /account/plan": (Act.PLAN_RAISED, Act.PLAN_LOWER_CONFIRMED),
    "DELETE /account/plan/next": (Act.PLAN_LOWER_WITHDRAWN,),
    "POST /account/cancellation": (Act.ACCOUNT_CANCELLED,),
    "DELETE /account/cancellation": (Act.ACCOUNT_RETURNED,),
    "GET /account/invoices": SETTINGS_PAGE,
    "GET /account/invoices/{invoice_id}.pdf": SETTINGS_PAGE,
    "GET /holds": SETTINGS_PAGE,
    "POST /holds": (Act.HOLD_SET,),
    "GET /holds/{hold_id}": SETTINGS_PAGE,
    "DELETE /holds/{hold_id}": (Act.HOLD_RELEASED,),
    "GET /recipients": "shows who received what: counts, no call data",
    "GET /recipients/refusals": "shows what did not leave: no call data",
    "GET /recipients/{recipient_id}": "shows who received what: counts, no call data",
    "PUT /recipients/{recipient_id}": (Act.RECIPIENT_CHANGED,),
    "DELETE /recipients/{recipient_id}": (Act.RECIPIENT_ENDED,),
    "support": (Act.SUPPORT_REQUESTED,),
    "support-request": (Act.SUPPORT_WRITTEN, Act.SUPPORT_CLOSED),
    "approval": SETTINGS_PAGE,
    "approve-access": (Act.ACCESS_APPROVED,),
    "refuse-access": (Act.ACCESS_REFUSED,),
    "withdraw-access": (Act.ACCESS_WITHDRAWN,),
    "GET /support": SETTINGS_PAGE,
    "POST /support": (Act.SUPPORT_REQUESTED,),
    "GET /support/{request_id}": SETTINGS_PAGE,
    "POST /support/{request_id}/messages": (Act.SUPPORT_WRITTEN,),
    "DELETE /support/approvals/{ask_id}": (Act.ACCESS_WITHDRAWN,),
    "operator": OPERATORS,
    "operator-request": "shows what the customer wrote to staff; that it was read is among staff's deeds",
    "operator-answer": (Act.SUPPORT_ANSWERED,),
    "operator-ask": (Act.ACCESS_ASKED,),
    "operator-access": (Act.CALLS_LISTED,),
    "operator-give-back": (Act.ACCESS_WITHDRAWN,),
    "operator-call": (Act.CALL_OPENED,),
    "operator-recording": (Act.RECORDING_PLAYED,),
    "operator-accounts": OPERATORS,
    "operator-account": (Act.SETTINGS_SEEN,),
    "operator-glass": (Act.GLASS_ASKED,),
    "operator-confirm-glass": (Act.GLASS_BROKEN,),
    "operator-abuse": OPERATORS,
    "operator-analytics": "counts of pages and days: of nobody",
    "operator-health": "shows how the installation does: nobody's data",
    "operator-staff": "shows the operator's own people, and what they did",
    "GET /numbers": SETTINGS_PAGE,
    "POST /numbers": (Act.NUMBER_ADDED, Act.NUMBER_ASSIGNED),
    "GET /numbers/{number_id}": SETTINGS_PAGE,
    "PUT /numbers/{number_id}": (Act.NUMBER_ASSIGNED,),
    "DELETE /numbers/{number_id}": (Act.NUMBER_REMOVED,),
    "GET /audit": "shows the trail itself: ids of acts, no call data",
    "GET /audit/export": (Act.TRAIL_EXPORTED,),
    "GET /audit/{event_id}": "shows the trail itself: ids of acts, no call data",
    "GET /audit/{event_id}/proof": "shows the trail itself: ids of acts, no call data",
}

ITSELF: Final = "the trail's own rows"
STEP: Final = "a step of an act that was written down where it began"
DUE: Final = "what falls due goes as the policy says; the sweep's own record says when, and how many"
PLATFORM: Final = "the platform's own record, of nobody's data"
PERSON: Final = (
    "a person's own, outside of accounts; whoever calls it writes it down in each account of theirs"
)
COUNTED: Final = "how often something was tried lately"
# Function that writes without an event of its own → why.
SILENT: Final[dict[str, str]] = {
    "apps/accounts/apikeys:_note_use": "when a key was last used; what it was used for is written down",
    "apps/accounts/members:make_user": "a person without an account; becoming a member is written down",
    "apps/analytics/choices:choose": PERSON,
    "apps/analytics/counting:_page": "counts of pages, of nobody",
    "apps/analytics/counting:count_feature": "a count; what was done with the feature is written down",
    "apps/analytics/counting:forget_marks": DUE,
    "apps/assurance/measurements:write": PLATFORM,
    "apps/audit/buckets:_make": ITSELF,
    "apps/audit/record:note": ITSELF,
    "apps/billing/invoices:make_invoice": "counts of a month that is over, as the plan says",
    "apps/billing/invoices:forget_old": DUE,
    "apps/billing/pdf:pdf": "draws a file, and writes no row",
    "apps/billing/usage:count_call": STEP,
    "apps/consents/records:_write": STEP,
    "apps/consents/records:forget_old": DUE,
    "apps/keys/buckets:bucket_for": "a key, made with the first of what it seals",
    "apps/numbers/confirmed:_forget_yesterday": "yesterday's count of codes",
    "apps/numbers/confirmed:_row": STEP,
    "apps/people/addresses:move": PERSON,
    "apps/people/addresses:prove": PERSON,
    "apps/people/counts:drop": COUNTED,
    "apps/people/counts:one_more": COUNTED,
    "apps/people/counts:put": COUNTED,
    "apps/people/counts:put_once": COUNTED,
    "apps/people/errands:new_errand": "that a link was asked for; what it does is written down",
    "apps/people/errands:use": STEP,
    "apps/people/invitations:accept": "joining is written down by the membership itself",
    "apps/people/mails:post": STEP,
    "apps/people/profiles:set_profile": PERSON,
    "apps/people/failed:count_failed": "how often signing in failed; that it did is written down",
    "apps/people/sessions:_place": PERSON,
    "apps/people/sessions:begin": PERSON,
    "apps/people/sessions:end": PERSON,
    "apps/people/sessions:end_all": PERSON,
    "apps/people/sessions:forget_ended": PERSON,
    "apps/people/sessions:note_use": "when a session was last used",
    "apps/people/sessions:prove": PERSON,
    "apps/people/sessions:show": PERSON,
    "apps/keys/marking:_mark_all": "a migration: it vouches for the rows of before, once",
    "apps/keys/marks:_note": "a row that is not ours: the alarm itself",
    "apps/keys/marks:save": STEP,
    "apps/people/signon:know": "under which name a provider knows somebody; signing in is written down",
    "apps/people/signon:_drop": STEP,
    "apps/people/signups:_person": STEP,
    "apps/people/signups:begin": "what somebody entered; the account is written down when it is opened",
    "apps/people/signups:finish": STEP,
    "apps/policies/enforced:remember": PLATFORM,
    "apps/recipients/book:add_house": PLATFORM,
    "apps/recipients/book:carried": "how much went through a tunnel",
    "apps/recipients/book:end_house": PLATFORM,
    "apps/recipients/book:refused": "the gate has no key to a trail; a worker tells it seconds later (work/leaving)",
    "apps/recipients/book:say_of_house": PLATFORM,
    "apps/staff/deeds:write": "what staff did, beside the trails of customers",
    "apps/staff/people:add": "of no account; it stands among staff's deeds",
    "apps/staff/people:remove": "of no account; it stands among staff's deeds",
    "apps/support/desk:put": STEP,
    "apps/support/ending:end": DUE,
    "apps/support/thread:add": STEP,
    "apps/sweeps/marks:believe": PLATFORM,
    "apps/sweeps/marks:write_sweep": PLATFORM,
    "work/admission:_admit": STEP,
    "work/desk:_redeem": STEP,
    "work/desk:_beat": "a sign of life of calls in progress",
    "work/mails:_send": "a mail that was sent waits no longer",
    "work/mails:tidy": "links, counts and sessions that are over",
    "work/rows:log": STEP,
    "work/rows:recording": STEP,
    "work/rows:transcript": STEP,
    "lifecycle/accounts/erasure:again": "an erasure that was written down, done again after a restore; the ledger says which",
    "lifecycle/accounts/erasure:enter": STEP,
    "lifecycle/accounts/erasure:_entered": STEP,
    "lifecycle/accounts/erasure:rows": STEP,
    "lifecycle/accounts/erasure:finish": STEP,
    "lifecycle/accounts/erasure:settle": STEP,
    "lifecycle/accounts/leavers:end_sessions": "a step of an erasure; that somebody was removed is written down by their account",
    "lifecycle/assurance/trials/helping:_tried": "what a stolen login would write; the trial is that it opens nothing",
    "lifecycle/assurance/trials/scene:leave": "what a trial left of its own account, which was nobody's",
    "lifecycle/audit/checking:check_trail": ITSELF,
    "lifecycle/audit/pruning:_lengthen": ITSELF,
    "lifecycle/audit/pruning:_prune": ITSELF,
    "lifecycle/audit/sealing:_batch": ITSELF,
    "lifecycle/deletion:settle": STEP,
    "lifecycle/deletion:mark_again": "a deletion that was written down, done again after a restore; the ledger says which",
    "lifecycle/deletion:_close": STEP,
    "lifecycle/deletion:destroy": STEP,
    "lifecycle/deletion:finish": STEP,
    "lifecycle/deletion:_write_down": STEP,
    "lifecycle/ledger/mark:forward": PLATFORM,
    "lifecycle/plans/moving:rewrap": STEP,
    "lifecycle/plans/moving:follow": STEP,
    "lifecycle/dropping:drop_rows": STEP,
    "lifecycle/holds/holds:_take": STEP,
    "work/aftercall/finding:find_numbers": STEP,
    "lifecycle/holds/holds:_let_go": STEP,
    "lifecycle/holds/holds:_let_go_some": STEP,
    "lifecycle/holds/keys:hold_bucket": STEP,
    "lifecycle/scrub:scrub": STEP,
    "lifecycle/assurance/trials/leaving:_entered": "what no database may take; the trial is that it does not",
    "lifecycle/sweep/steps:blank_recordings": DUE,
    "lifecycle/sweep/steps:blank_transcripts": DUE,
    "lifecycle/sweep/steps:drop_buckets": DUE,
    "web/console/people/forgotten:answer": PERSON,
    "web/console/people/security:password": PERSON,
    "web/people/factors:_remove": PERSON,
    "web/people/factors:add_app": PERSON,
    "web/people/factors:add_passkey": PERSON,
    "web/people/factors:new_codes": PERSON,
    "web/people/factors:remove_all": PERSON,
    "web/people/signing_on:pre_social_login": "under which name a provider knows somebody; signing in is written down",
    "web/api/idempotency:_claim": "that a write was named; the write itself is written down",
    "web/api/idempotency:_keep": "that a write was named; the write itself is written down",
    "web/api/idempotency:_forget": "that a write was named; the write itself is written down",
}


def routes() -> set[str]:
    pages = {each.name or "" for each in get_resolver().url_patterns if isinstance(each, URLPattern)}
    paths = api.get_openapi_schema()["paths"]
    programs = {
        f"{method.upper()} {path.removeprefix('/api/v1')}"
        for path, methods in paths.items()
        for method in methods
    }
    return pages | programs


def test_every_route_has_its_acts_or_a_reason() -> None:
    assert routes() == set(ROUTES)


@pytest.mark.parametrize("act", list(Act))
def test_every_act_is_told_in_words_and_used(act: Act) -> None:
    assert FACTS[act].words
    used = re.compile(rf"\bAct\.{act.name}\b")
    places = [p for p in SOURCE.rglob("*.py") if p.name != "acts.py" and used.search(p.read_text())]
    assert places, "an act that nobody does"


_ORM: Final = {"create", "bulk_create", "update", "delete", "save", "get_or_create", "update_or_create"}
_SQL: Final = re.compile(r"\s*(WITH\b.*\b)?(INSERT INTO|UPDATE|DELETE FROM) ", re.DOTALL)
_TABLE: Final = re.compile(r"\b([A-Z]\w+|model|kind)\.objects\b")
_NOTES: Final = {"record", "note"}


def writers() -> Iterator[tuple[str, bool]]:
    """Each function that writes to the database, and whether it writes down an event."""
    for room in ("apps", "work", "lifecycle", "web"):
        for path in sorted((SOURCE / room).rglob("*.py")):
            if "migrations" in path.parts:
                continue
            tree = ast.parse(path.read_text())
            statements = {name for name, text in constants(tree) if _SQL.match(text)}
            place = path.relative_to(SOURCE).with_suffix("").as_posix()
            for function in [
                n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)
            ]:
                if writes(function, statements):
                    yield f"{place}:{function.name}", notes(function)


def constants(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in tree.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            text = "".join(
                n.value
                for n in ast.walk(node.value)
                if isinstance(n, ast.Constant) and isinstance(n.value, str)
            )
            yield node.target.id, text


def writes(function: ast.AST, statements: set[str]) -> bool:
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and node.id in statements:
            return True
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _SQL.match(node.value):
            return True
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _ORM:
            inside = ast.unparse(node.func.value)
            if _TABLE.search(inside) or node.func.attr == "save" or inside in QUERIES:
                return True
    return False


def notes(function: ast.AST) -> bool:
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _NOTES
        for node in ast.walk(function)
    )


QUERIES: Final = {"mine", "kept", "unmarked", "marks", "erased", "keys", "past", "rows", "gone"}


def test_every_function_that_writes_writes_it_down_or_says_why_not() -> None:
    found = dict(writers())
    unexplained = sorted(name for name, noted in found.items() if not noted and name not in SILENT)
    assert not unexplained, (
        "name an act beside what they change (apps/audit/record.py), or say here why there is none"
    )
    assert set(SILENT) <= {name for name, noted in found.items() if not noted}, (
        "explained, and no longer there"
    )
