-- The pages set and release holds; the worker carries them on and out.
GRANT SELECT, INSERT, UPDATE ON holds_hold TO rf_web, rf_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON holds_heldcall TO rf_web, rf_worker;
-- Where a hold begins and ends, the calls' keys change places.
GRANT UPDATE, DELETE ON keys_bucket TO rf_web;
GRANT SELECT (account_id, hold_id, call_id, moved_at) ON holds_heldcall TO rf_lookup;
GRANT SELECT (id, account_id, names, ends_at, released_at, ended_at, set_at) ON holds_hold TO rf_lookup;
