-- Accounts and people
GRANT SELECT, INSERT, UPDATE ON accounts_account TO rf_web;
GRANT SELECT ON accounts_account TO rf_worker;
GRANT SELECT (id, plan, timezone, shelf, then_plan, then_at, erasing_at) ON accounts_account TO rf_media;
GRANT SELECT, INSERT, UPDATE ON accounts_user TO rf_web;
GRANT SELECT, INSERT, UPDATE, DELETE ON accounts_membership TO rf_web;
GRANT SELECT, INSERT ON accounts_apikey TO rf_web;
GRANT UPDATE (last_used_at, revoked_at, mark) ON accounts_apikey TO rf_web;
GRANT SELECT, INSERT, UPDATE, DELETE ON accounts_idempotentwrite TO rf_web;
GRANT SELECT, DELETE ON accounts_idempotentwrite TO rf_worker;

-- The worker carries out what an owner confirmed; that an account is cancelled it cannot say.
GRANT UPDATE (plan, shelf, then_plan, then_at, then_by, then_shown, changed_at, follow_at, erasing_at)
    ON accounts_account TO rf_worker;

GRANT SELECT (id, slug, name, plan, then_at, follow_at, cancelled_at, erase_after, erasing_at)
    ON accounts_account TO rf_lookup;
GRANT SELECT (id, email, created_at), DELETE ON accounts_user TO rf_lookup;
-- An account's erasure reaches every table with an account in it, those that are made later too (lookup.erase_rows).
GRANT DELETE ON accounts_account TO rf_lookup;
DO $$
DECLARE tenants record;
BEGIN
    FOR tenants IN SELECT c.oid::regclass AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attname = 'account_id'
          AND a.atttypid = 'uuid'::regtype AND NOT a.attisdropped
    LOOP EXECUTE format('GRANT SELECT (id, account_id), DELETE ON %s TO rf_lookup', tenants.name); END LOOP;
END $$;
GRANT SELECT (id, account_id, user_id, role, created_at, mark) ON accounts_membership TO rf_lookup;
GRANT SELECT (id, account_id, role, scope, prefix, secret_sha256, created_by, created_at, expires_at, revoked_at, last_used_at, mark)
    ON accounts_apikey TO rf_lookup;

-- What comes with Django
GRANT SELECT ON django_migrations TO rf_web, rf_media, rf_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON django_session TO rf_web;
GRANT SELECT, DELETE ON django_session TO rf_worker;

-- The job queue: whoever makes work may add a job and learn its number; only the worker sees jobs.
GRANT INSERT, SELECT (id) ON procrastinate_jobs TO rf_web, rf_media;
GRANT INSERT ON procrastinate_events TO rf_web, rf_media;
GRANT USAGE ON SEQUENCE procrastinate_jobs_id_seq, procrastinate_events_id_seq TO rf_web, rf_media;
GRANT EXECUTE ON FUNCTION procrastinate_defer_jobs_v1 TO rf_web, rf_media;
GRANT SELECT, INSERT, UPDATE, DELETE
    ON procrastinate_jobs, procrastinate_events, procrastinate_periodic_defers, procrastinate_workers TO rf_worker;
DO $$
DECLARE thing record;
BEGIN
    FOR thing IN SELECT p.oid::regprocedure AS name FROM pg_proc p
        WHERE p.pronamespace = 'public'::regnamespace AND starts_with(p.proname, 'procrastinate_')
    LOOP EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO rf_worker', thing.name); END LOOP;
    FOR thing IN SELECT c.oid::regclass AS name FROM pg_class c
        WHERE c.relkind = 'S' AND c.relnamespace = 'public'::regnamespace AND starts_with(c.relname, 'procrastinate_')
    LOOP EXECUTE format('GRANT USAGE ON SEQUENCE %s TO rf_worker', thing.name); END LOOP;
END $$;
