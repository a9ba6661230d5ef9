-- name: accounts_with_refusals
-- Whose trail has not been told yet that something did not leave.
CREATE OR REPLACE FUNCTION lookup.accounts_with_refusals() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT DISTINCT r.account_id FROM public.recipients_refusal r WHERE r.told_at IS NULL
$$;
GRANT EXECUTE ON FUNCTION lookup.accounts_with_refusals() TO rf_worker;

-- name: register_of_recipients
-- How many recipients accounts have, by kind and ground; how many of those were given something since `since`. Nobody's in particular.
CREATE OR REPLACE FUNCTION lookup.register_of_recipients(since timestamptz)
RETURNS TABLE (kind text, ground text, recipients bigint, used bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.kind, r.ground, count(*), count(*) FILTER (WHERE EXISTS (
        SELECT 1 FROM public.recipients_passage p
        WHERE p.recipient_id = r.id AND p.account_id = r.account_id AND p.last_at >= since))
    FROM public.recipients_recipient r WHERE r.ended_at IS NULL GROUP BY r.kind, r.ground
$$;
GRANT EXECUTE ON FUNCTION lookup.register_of_recipients(timestamptz) TO rf_web, rf_worker;

-- name: refusals_since
-- How often something of an account did not leave, by reason.
CREATE OR REPLACE FUNCTION lookup.refusals_since(since timestamptz) RETURNS TABLE (reason text, times bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.reason, sum(r.times) FROM public.recipients_refusal r WHERE r.last_at >= since GROUP BY r.reason
$$;
GRANT EXECUTE ON FUNCTION lookup.refusals_since(timestamptz) TO rf_web, rf_worker;
