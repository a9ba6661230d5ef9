"""Every address of the console, and of carriers. The API's are in `web.api`."""

from django.urls import include, path

from ringfence.web.console import agents, audit, calls, gallery, listing, numbers, receipts, settings, signin
from ringfence.web.public import keys, privacy, trust
from ringfence.web.webhooks import twilio

handler404 = "ringfence.web.errors.not_found"

urlpatterns = [
    path("", signin.home, name="home"),
    path("privacy", privacy.show, name="privacy"),
    path("privacy/", privacy.elsewhere, name="privacy-elsewhere"),
    path("privacy.json", privacy.machine, name="privacy-json"),
    path("privacy/changes", privacy.history, name="privacy-changes"),
    path("trust", trust.show, name="trust"),
    path("trust/", trust.elsewhere, name="trust-elsewhere"),
    path("trust.json", trust.machine, name="trust-json"),
    path(".well-known/ringfence-keys.json", keys.show, name="public-keys"),
    path("sign-in/", signin.sign_in, name="sign-in"),
    path("sign-in/", signin.sign_in, name="account_login"),
    path("sign-in/link/", signin.link, name="sign-in-link"),
    path("sign-out/", signin.sign_out, name="sign-out"),
    path("account/", signin.choose_account, name="choose-account"),
    path("gallery/", gallery.show, name="gallery"),
    path("learn/calls/", listing.index, name="calls"),
    path("learn/calls/live/", listing.live, name="live-calls"),
    path("learn/calls/delete/", calls.delete, name="delete-calls"),
    path("learn/calls/<uuid:call_id>/", calls.show, name="call"),
    path("learn/calls/<uuid:call_id>/going", calls.going, name="call-going"),
    path("learn/calls/<uuid:call_id>/recording", calls.recording, name="recording"),
    path("learn/calls/<uuid:call_id>/vcon", calls.vcon, name="vcon"),
    path("agents/", agents.index, name="agents"),
    path("agents/new/", agents.new, name="new-agent"),
    path("agents/<uuid:agent_id>/", agents.edit, name="agent"),
    path("agents/<uuid:agent_id>/versions/<int:number>/", agents.version, name="agent-version"),
    path("agents/<uuid:agent_id>/put-away/", agents.put_away, name="put-away"),
    path("agents/<uuid:agent_id>/talk/", agents.talk, name="talk"),
    path("agents/<uuid:agent_id>/ticket/", agents.ticket, name="ticket"),
    path("numbers/", numbers.index, name="numbers"),
    path("numbers/connect/", numbers.connect_carrier, name="connect"),
    path(
        "numbers/connections/<uuid:connection_id>/disconnect/", numbers.disconnect_carrier, name="disconnect"
    ),
    path("numbers/add/", numbers.add, name="add-number"),
    path("numbers/<uuid:number_id>/", numbers.change, name="change-number"),
    path("numbers/code/", numbers.send_code, name="send-code"),
    path("numbers/confirmed/<uuid:confirmed_id>/", numbers.check_code, name="check-code"),
    path("numbers/call/", numbers.call, name="test-call"),
    path("receipts/", receipts.index, name="receipts"),
    path("receipts/<uuid:receipt_id>/", receipts.show, name="receipt"),
    path("receipts/<uuid:receipt_id>/file", receipts.download, name="receipt-file"),
    path("audit/", audit.index, name="audit"),
    path("audit/export", audit.export, name="audit-export"),
    path("audit/<uuid:event_id>/", audit.show, name="audit-event"),
    path("audit/<uuid:event_id>/proof", audit.proof, name="audit-proof"),
    path("settings/members/", settings.people, name="members"),
    path("settings/members/<uuid:user_id>/", settings.change_member, name="change-member"),
    path("settings/keys/", settings.api_keys, name="keys"),
    path("settings/keys/<uuid:key_id>/revoke/", settings.revoke_key, name="revoke-key"),
    path("settings/engines/", settings.own_engines, name="engines"),
    path("settings/engines/<uuid:engine_id>/", settings.forget_engine, name="forget-engine"),
    path("webhooks/twilio/<uuid:connection_id>/voice", twilio.voice, name="twilio-voice"),
    path("webhooks/twilio/<uuid:connection_id>/status", twilio.status, name="twilio-status"),
    path("api/v1/", include("ringfence.web.api.urls")),
]
