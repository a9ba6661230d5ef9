-- name: accounts_with_unsealed_events
-- Where events wait for a batch: of transactions from `since` on and before `below`, the oldest that may still be open.
-- With `anew`, all of them are looked at, those too whose transaction this server has never had: a restored database
-- brings the numbers of another.
CREATE OR REPLACE FUNCTION lookup.accounts_with_unsealed_events(since bigint, below bigint, above bigint, anew boolean)
RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT DISTINCT e.account_id FROM public.audit_event e
    WHERE ((e.xact >= since AND e.xact < below) OR (anew AND e.xact >= above))
      AND NOT EXISTS (SELECT 1 FROM public.audit_leaf l WHERE l.id = e.id AND l.account_id = e.account_id)
$$;
GRANT EXECUTE ON FUNCTION lookup.accounts_with_unsealed_events(bigint, bigint, bigint, boolean) TO rf_worker;

-- name: accounts_with_old_events
-- Where events may have reached their end, or are promised a longer life since their account's plan was changed.
-- The days that each plan keeps are the policy's; null is without limit.
CREATE OR REPLACE FUNCTION lookup.accounts_with_old_events(today date, starter integer, growth integer, enterprise integer)
RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT DISTINCT b.account_id FROM public.audit_bucket b
    LEFT JOIN public.accounts_account a ON a.id = b.account_id
    WHERE b.period_days IS NOT NULL AND (b.day + b.period_days <= today OR b.period_days < COALESCE(
        CASE a.plan WHEN 'starter' THEN starter WHEN 'growth' THEN growth WHEN 'enterprise' THEN enterprise ELSE 0 END,
        2147483647))
$$;
GRANT EXECUTE ON FUNCTION lookup.accounts_with_old_events(date, integer, integer, integer) TO rf_audit;

-- name: accounts_to_check
-- Whose chain was not looked at since `before`.
CREATE OR REPLACE FUNCTION lookup.accounts_to_check(before timestamptz) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT DISTINCT h.account_id FROM public.audit_head h WHERE NOT EXISTS (
        SELECT 1 FROM public.audit_check c WHERE c.account_id = h.account_id AND c.checked_at >= before)
$$;
GRANT EXECUTE ON FUNCTION lookup.accounts_to_check(timestamptz) TO rf_worker;

-- name: audit_status
-- The state of the whole trail, in numbers that are nobody's. Of the newest 5,000 events, how many are not sealed.
CREATE OR REPLACE FUNCTION lookup.audit_status()
RETURNS TABLE (last_head timestamptz, unsealed bigint, oldest_check timestamptz, newest_check timestamptz, broken bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT (SELECT max(h.sealed_at) FROM public.audit_head h),
           (SELECT count(*) FROM (SELECT e.id, e.account_id FROM public.audit_event e ORDER BY e.xact DESC LIMIT 5000) n
            WHERE NOT EXISTS (SELECT 1 FROM public.audit_leaf l WHERE l.id = n.id AND l.account_id = n.account_id)),
           (SELECT min(c.checked_at) FROM public.audit_check c), (SELECT max(c.checked_at) FROM public.audit_check c),
           (SELECT count(*) FROM public.audit_check c WHERE c.problems > 0)
$$;
GRANT EXECUTE ON FUNCTION lookup.audit_status() TO rf_web, rf_worker;
