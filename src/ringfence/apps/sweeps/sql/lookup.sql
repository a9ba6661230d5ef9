-- name: held_calls
-- The one seam for whatever stops the clock: a legal hold, a restriction. The calls of an account, or of all of them, whose
-- clock stands still. Every question about which calls are overdue asks it, here and in the sweep's own statements.
CREATE OR REPLACE FUNCTION lookup.held_calls(account uuid) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT c.call_id FROM public.holds_heldcall c
    JOIN public.holds_hold h ON h.id = c.hold_id AND h.account_id = c.account_id
    WHERE h.released_at IS NULL AND (account IS NULL OR c.account_id = account)
$$;
GRANT EXECUTE ON FUNCTION lookup.held_calls(uuid) TO rf_web, rf_worker;

-- name: unreached_calls
-- Of an account, or of all of them: calls that are held and whose clock no hold has stopped yet. Until then their parts' ends
-- count for nothing; a part that has an end after that was over before, and no hold keeps it.
CREATE OR REPLACE FUNCTION lookup.unreached_calls(account uuid) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT c.call_id FROM public.holds_heldcall c
    JOIN public.holds_hold h ON h.id = c.hold_id AND h.account_id = c.account_id
    WHERE h.released_at IS NULL AND (account IS NULL OR c.account_id = account)
    GROUP BY c.call_id HAVING bool_and(c.moved_at IS NULL)
$$;
GRANT EXECUTE ON FUNCTION lookup.unreached_calls(uuid) TO rf_web, rf_worker;

-- name: accounts_with_overdue_parts
-- Where something stands past the moment it must be gone. Each branch reads an index that holds only what still can expire.
CREATE OR REPLACE FUNCTION lookup.accounts_with_overdue_parts(at timestamptz) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT c.account_id FROM public.calls_call c
    WHERE c.expires_at <= at AND c.id NOT IN (SELECT lookup.held_calls(NULL))
    UNION SELECT r.account_id FROM public.calls_recording r
    WHERE r.expires_at <= at AND r.state = 'kept' AND r.call_id NOT IN (SELECT lookup.unreached_calls(NULL))
    UNION SELECT t.account_id FROM public.calls_transcript t
    WHERE t.expires_at <= at AND t.state = 'kept' AND t.call_id NOT IN (SELECT lookup.unreached_calls(NULL))
    UNION SELECT b.account_id FROM public.keys_bucket b WHERE b.expires_at <= at
$$;
GRANT EXECUTE ON FUNCTION lookup.accounts_with_overdue_parts(timestamptz) TO rf_worker;

-- name: oldest_overdue
-- The moment of the oldest thing that stands past its time, of whatever account; no row if there is none. It names nobody.
CREATE OR REPLACE FUNCTION lookup.oldest_overdue(at timestamptz) RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT LEAST(
        (SELECT min(c.expires_at) FROM public.calls_call c
         WHERE c.expires_at <= at AND c.id NOT IN (SELECT lookup.held_calls(NULL))),
        (SELECT min(r.expires_at) FROM public.calls_recording r
         WHERE r.expires_at <= at AND r.state = 'kept' AND r.call_id NOT IN (SELECT lookup.unreached_calls(NULL))),
        (SELECT min(t.expires_at) FROM public.calls_transcript t
         WHERE t.expires_at <= at AND t.state = 'kept' AND t.call_id NOT IN (SELECT lookup.unreached_calls(NULL))),
        (SELECT min(b.expires_at) FROM public.keys_bucket b WHERE b.expires_at <= at))
$$;
GRANT EXECUTE ON FUNCTION lookup.oldest_overdue(timestamptz) TO rf_web, rf_worker;

-- name: count_overdue
-- How many calls and parts a sweep would take now; a part that goes with its call counts once.
CREATE OR REPLACE FUNCTION lookup.count_overdue(at timestamptz) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT (SELECT count(*) FROM public.calls_call c
            WHERE c.expires_at <= at AND c.id NOT IN (SELECT lookup.held_calls(NULL)))
         + (SELECT count(*) FROM public.calls_recording r JOIN public.calls_call c
            ON c.id = r.call_id AND c.account_id = r.account_id AND (c.expires_at IS NULL OR c.expires_at > at)
            WHERE r.expires_at <= at AND r.state = 'kept' AND r.call_id NOT IN (SELECT lookup.unreached_calls(NULL)))
         + (SELECT count(*) FROM public.calls_transcript t JOIN public.calls_call c
            ON c.id = t.call_id AND c.account_id = t.account_id AND (c.expires_at IS NULL OR c.expires_at > at)
            WHERE t.expires_at <= at AND t.state = 'kept' AND t.call_id NOT IN (SELECT lookup.unreached_calls(NULL)))
$$;
GRANT EXECUTE ON FUNCTION lookup.count_overdue(timestamptz) TO rf_worker;

-- name: days_of_open_calls
-- The UTC days on which calls began that are not taken in yet: their live days must stay.
CREATE OR REPLACE FUNCTION lookup.days_of_open_calls() RETURNS SETOF date
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT DISTINCT (c.started_at AT TIME ZONE 'UTC')::date FROM public.calls_call c
    WHERE c.status IN ('ringing', 'in_progress')
$$;
GRANT EXECUTE ON FUNCTION lookup.days_of_open_calls() TO rf_worker;
