-- name: accounts_with_old_consents
-- Also of accounts that are gone: the records outlive them.
CREATE OR REPLACE FUNCTION lookup.accounts_with_old_consents(moment timestamptz) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT DISTINCT r.account_id FROM public.consents_record r WHERE r.until <= moment
$$;
GRANT EXECUTE ON FUNCTION lookup.accounts_with_old_consents(timestamptz) TO rf_web, rf_worker;

-- name: consents_standing
-- How many records there are, and how many calls with a recording have none.
CREATE OR REPLACE FUNCTION lookup.consents_standing() RETURNS TABLE (records bigint, unrecorded bigint, oldest_ends timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT (SELECT count(*) FROM public.consents_record),
           (SELECT count(*) FROM public.calls_recording p WHERE p.state = 'kept' AND NOT EXISTS (
                SELECT 1 FROM public.consents_record r
                WHERE r.account_id = p.account_id AND r.call_id = p.call_id AND r.kind = 'recording')),
           (SELECT min(until) FROM public.consents_record)
$$;
GRANT EXECUTE ON FUNCTION lookup.consents_standing() TO rf_web, rf_worker;
