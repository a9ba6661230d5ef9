-- name: accounts_with_holds_to_see_to
-- Where a hold is in force that may name new calls, has come to its end, or was released and has not let go of everything.
CREATE OR REPLACE FUNCTION lookup.accounts_with_holds_to_see_to() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT DISTINCT h.account_id FROM public.holds_hold h WHERE h.ended_at IS NULL
$$;
GRANT EXECUTE ON FUNCTION lookup.accounts_with_holds_to_see_to() TO rf_web, rf_worker;

-- name: holds_in_force
-- How many there are, and how many calls they name; nobody's in particular.
CREATE OR REPLACE FUNCTION lookup.holds_in_force() RETURNS TABLE (holds bigint, calls bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT (SELECT count(*) FROM public.holds_hold h WHERE h.released_at IS NULL),
           (SELECT count(DISTINCT c.call_id) FROM public.holds_heldcall c)
$$;
GRANT EXECUTE ON FUNCTION lookup.holds_in_force() TO rf_web, rf_worker;
