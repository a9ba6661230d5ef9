-- The call log and its parts. Content is sealed; media writes what it made and reads back no content.
GRANT SELECT, INSERT, UPDATE, DELETE ON calls_call, calls_recording, calls_transcript TO rf_web;
GRANT SELECT, INSERT, UPDATE, DELETE ON calls_call, calls_recording, calls_transcript TO rf_worker;
GRANT SELECT ON calls_call TO rf_media;
GRANT UPDATE (status, outcome, carrier_call_id, answered_at, ended_at, seen_at, duration_ms, expires_at, disclosure,
              consent, live_keys, log_bucket_id, wrapped_key, numbers_sealed, from_index, to_index, problems, costs,
              timings) ON calls_call TO rf_media;
GRANT SELECT (id, account_id, call_id, state), INSERT, UPDATE ON calls_recording, calls_transcript TO rf_media;

-- Tickets are redeemed by lookup.redeem_ticket, and read by nobody.
GRANT INSERT ON calls_ticket TO rf_web, rf_worker;
GRANT SELECT (id, account_id, call_id, expires_at), DELETE ON calls_ticket TO rf_web, rf_worker;

-- Tombstones fence late writers, so every writer reads them; they are taken away when receipts need not be kept any longer.
GRANT SELECT, INSERT, UPDATE ON calls_erasure TO rf_web, rf_worker;
GRANT DELETE ON calls_erasure TO rf_worker;
GRANT SELECT ON calls_erasure TO rf_media;

-- How much of the erasure ledger this database has been through.
GRANT SELECT, INSERT, UPDATE ON calls_ledgermark TO rf_web, rf_worker;
GRANT SELECT ON calls_ledgermark TO rf_media;

-- calls_searchtokens: nothing for any login. Array containment is not leakproof, so under row-level security it would
-- lose its index; and nobody needs to see tokens. The functions in lookup.sql do what is needed.
GRANT SELECT, INSERT, UPDATE, DELETE ON calls_searchtokens TO rf_lookup;
GRANT SELECT (account_id, sha256, call_id, held_by, session, expires_at, used_at), UPDATE (used_at) ON calls_ticket TO rf_lookup;
GRANT SELECT (id, account_id, status, started_at, seen_at, expires_at) ON calls_call TO rf_lookup;
GRANT SELECT (id, account_id, state, expires_at) ON calls_recording, calls_transcript TO rf_lookup;
GRANT SELECT (account_id, call_id, part, state, done_at, settled_at, scrubbed_at, requested_at) ON calls_erasure TO rf_lookup;
GRANT SELECT (id, status, args), DELETE ON procrastinate_jobs TO rf_lookup;
GRANT SELECT (job_id), UPDATE (job_id) ON procrastinate_periodic_defers TO rf_lookup;
