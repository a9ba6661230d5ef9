-- The worker sweeps and keeps the clock's mark; every process begins at the mark, and the trust page shows both.
GRANT SELECT ON sweeps_sweep TO rf_web;
GRANT SELECT, INSERT, DELETE ON sweeps_sweep TO rf_worker;
GRANT SELECT ON sweeps_clockmark TO rf_web, rf_media;
GRANT SELECT, INSERT, UPDATE ON sweeps_clockmark TO rf_worker;

-- What is overdue is found in all accounts at once, by moment; nothing else of a call is looked at.
GRANT SELECT (call_id) ON calls_recording, calls_transcript TO rf_lookup;
GRANT SELECT (expires_at) ON keys_bucket TO rf_lookup;
