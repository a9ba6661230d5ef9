-- The customer's side runs as rf_web, staff's as rf_staff: who approves is not who asks. A row opens nothing by itself.
GRANT SELECT, INSERT ON support_request, support_message TO rf_web;
GRANT UPDATE (said_at, closed_at) ON support_request TO rf_web;
GRANT SELECT ON support_ask, support_glass TO rf_web;
GRANT UPDATE (approved, decided_by, decided_at, ends_at, withdrawn_by, withdrawn_at, ended_at) ON support_ask TO rf_web;
GRANT SELECT, INSERT, DELETE ON support_releasedpart TO rf_web;

GRANT SELECT ON support_request, support_message, support_ask, support_glass TO rf_staff;
GRANT UPDATE (said_at) ON support_request TO rf_staff;
GRANT INSERT ON support_message, support_ask, support_glass TO rf_staff;
GRANT UPDATE (withdrawn_by, withdrawn_at, ended_at) ON support_ask TO rf_staff;
GRANT UPDATE (confirmed_by, confirmed_at, ends_at, confirmed_mark) ON support_glass TO rf_staff;
GRANT SELECT (account_id, ask_id), DELETE ON support_releasedpart TO rf_staff;

-- The worker ends what is over, and takes along what a deletion names.
GRANT SELECT (id, account_id, ask_id, call_id, part), DELETE ON support_releasedpart TO rf_worker;
GRANT SELECT (id, account_id, ended_at), UPDATE (ended_at) ON support_ask TO rf_worker;

-- What staff do in an account is appended to its trail.
GRANT INSERT (id, account_id, bucket_id, actor_kind, actor_index, act_index, object_index, body, leaf) ON audit_event TO rf_staff;
GRANT SELECT (id, account_id, actor_index, act_index, object_index) ON audit_event TO rf_staff;
GRANT SELECT, INSERT ON audit_bucket TO rf_staff;
GRANT SELECT (id, plan) ON accounts_account TO rf_staff;

GRANT SELECT (id, account_id, subject, opened_at, said_at, closed_at) ON support_request TO rf_lookup;
GRANT SELECT (id, account_id, approved, ends_at, withdrawn_at, ended_at) ON support_ask TO rf_lookup;
GRANT SELECT ON support_releasedpart TO rf_lookup;
GRANT SELECT (account_id, asked_by, confirmed_by) ON support_glass TO rf_lookup;
GRANT SELECT (id, account_id, agent_slug, started_at, duration_ms, expires_at, being_erased_at) ON calls_call TO rf_lookup;
GRANT SELECT (id, account_id, call_id, state, expires_at, object_name, duration_ms) ON calls_recording TO rf_lookup;
GRANT SELECT (id, account_id, call_id, state, expires_at, turns_sealed, variables_sealed, summary_sealed)
    ON calls_transcript TO rf_lookup;
GRANT SELECT (id, slug, name, plan, created_at, then_plan, then_at, cancelled_at, erase_after, erasing_at)
    ON accounts_account TO rf_lookup;
GRANT SELECT (id, account_id, slug, name, created_at, archived_at) ON agents_agent TO rf_lookup;
GRANT SELECT (account_id, day, calls) ON billing_usage TO rf_lookup;
GRANT SELECT (id, account_id) ON numbers_number, numbers_suppression TO rf_lookup;
GRANT SELECT (id) ON people_mail TO rf_lookup;
GRANT SELECT (ended_at) ON sweeps_sweep TO rf_lookup;
GRANT SELECT (act, at) ON staff_deed TO rf_lookup;
