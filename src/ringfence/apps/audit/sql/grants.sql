-- Serving logins append, and nothing else: no UPDATE, no DELETE. `xact` is nobody's to write; the database sets it.
GRANT INSERT (id, account_id, bucket_id, actor_kind, actor_index, act_index, object_index, body, leaf)
    ON audit_event TO rf_web, rf_media, rf_worker;
GRANT SELECT ON audit_event TO rf_web, rf_worker;
GRANT SELECT, INSERT ON audit_bucket TO rf_web, rf_media, rf_worker;

-- The worker seals: heads and leaves are written once. What it found when it looked at a chain again, it may say anew.
GRANT SELECT ON audit_leaf, audit_head, audit_check TO rf_web;
GRANT SELECT, INSERT ON audit_leaf, audit_head TO rf_worker;
GRANT SELECT, INSERT, UPDATE ON audit_check TO rf_worker;

-- Pruning has a login of its own: it takes away events whose time has passed, and lengthens a period after an upgrade.
GRANT SELECT (id, account_id, bucket_id), DELETE ON audit_event TO rf_audit;
GRANT SELECT, DELETE ON audit_bucket TO rf_audit;
GRANT UPDATE (period_days, epoch, wrapped) ON audit_bucket TO rf_audit;
GRANT SELECT (id, plan) ON accounts_account TO rf_audit;

GRANT SELECT (id, account_id, xact) ON audit_event TO rf_lookup;
GRANT SELECT (account_id, day, period_days) ON audit_bucket TO rf_lookup;
GRANT SELECT (id, account_id) ON audit_leaf TO rf_lookup;
GRANT SELECT (account_id, sealed_at) ON audit_head TO rf_lookup;
GRANT SELECT (account_id, checked_at, problems) ON audit_check TO rf_lookup;
