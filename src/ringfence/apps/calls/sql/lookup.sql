-- name: redeem_ticket
-- Uses a ticket up. One caller gets the call, every other gets no row: two streams for one call are impossible.
DROP FUNCTION IF EXISTS lookup.redeem_ticket(bytea, timestamptz);
CREATE FUNCTION lookup.redeem_ticket(wanted bytea, at timestamptz)
RETURNS TABLE (account_id uuid, call_id uuid, held_by uuid, session uuid)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    UPDATE public.calls_ticket t SET used_at = at
    WHERE t.sha256 = wanted AND t.used_at IS NULL AND t.expires_at > at
    RETURNING t.account_id, t.call_id, t.held_by, t.session
$$;
GRANT EXECUTE ON FUNCTION lookup.redeem_ticket(bytea, timestamptz) TO rf_web, rf_media;

-- name: put_tokens
-- The tokens of one transcript, replacing earlier ones. False, and nothing written, if its transcript is being erased:
-- callers hold the call's row lock, so that an erasure comes wholly before or wholly after.
CREATE OR REPLACE FUNCTION lookup.put_tokens(row_id uuid, account uuid, call uuid, bucket uuid, wanted bigint[])
RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM lookup.own_account(account);
    IF EXISTS (SELECT 1 FROM public.calls_erasure e
               WHERE e.account_id = account AND e.call_id = call AND e.part IN ('transcript', 'call')) THEN
        RETURN false;
    END IF;
    INSERT INTO public.calls_searchtokens (id, account_id, call_id, bucket_id, tokens)
    VALUES (row_id, account, call, bucket, wanted)
    ON CONFLICT (call_id, account_id) DO UPDATE SET bucket_id = excluded.bucket_id, tokens = excluded.tokens;
    RETURN true;
END $$;
GRANT EXECUTE ON FUNCTION lookup.put_tokens(uuid, uuid, uuid, uuid, bigint[]) TO rf_web, rf_media, rf_worker;

-- name: drop_tokens
-- Forgets the tokens of calls; says of how many.
CREATE OR REPLACE FUNCTION lookup.drop_tokens(account uuid, calls uuid[]) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE gone bigint;
BEGIN
    PERFORM lookup.own_account(account);
    DELETE FROM public.calls_searchtokens s WHERE s.account_id = account AND s.call_id = ANY (calls);
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END $$;
GRANT EXECUTE ON FUNCTION lookup.drop_tokens(uuid, uuid[]) TO rf_web, rf_worker;

-- name: drop_jobs
-- Takes what is queued about calls out of the queue; says how many. What a worker has in hand ends by itself: it finds
-- the tombstone. The queue's own triggers name their tables without a schema, so `public`, in which no login may create
-- anything, is looked into for this one statement.
CREATE OR REPLACE FUNCTION lookup.drop_jobs(account uuid, calls uuid[]) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE gone bigint;
BEGIN
    PERFORM lookup.own_account(account);
    PERFORM set_config('search_path', 'pg_catalog, public, pg_temp', true);
    DELETE FROM public.procrastinate_jobs j
    WHERE j.status = 'todo' AND j.args ->> 'account_id' = account::text
      AND j.args ->> 'call_id' = ANY (SELECT c::text FROM unnest(calls) c);
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END $$;
GRANT EXECUTE ON FUNCTION lookup.drop_jobs(uuid, uuid[]) TO rf_web, rf_worker;

-- name: search_calls
-- The newest calls whose transcripts hold all of the wanted tokens, newest first, begun before the call `before`.
-- `buckets` are sorted by day, newest first. `wanted` has the same number of tokens for each of them, one after the
-- other, since a word's token differs in every bucket.
-- Days are read from the newest on until `most` calls are found, and one day further: a call may end on the day after
-- it began, so only the day before the last one read can still hold a newer call. No call lasts a day.
-- A hold's bucket has calls of any day: it is always read, and what it gives does not count as enough.
-- Tokens belong to one bucket alone, so the GIN index answers by itself; OFFSET 0 and enable_seqscan keep it so.
CREATE OR REPLACE FUNCTION lookup.search_calls(account uuid, buckets uuid[], wanted bigint[], before uuid, most integer)
RETURNS TABLE (call_id uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
DECLARE
    each integer := cardinality(wanted) / NULLIF(cardinality(buckets), 0);
    found uuid[] := '{}';
    hits uuid[];
    count integer := 0;
    enough date;
    here record;
BEGIN
    PERFORM lookup.own_account(account);
    IF COALESCE(each, 0) = 0 THEN RETURN; END IF;
    FOR here IN
        SELECT b.id, b.day, o.position, b.epoch LIKE 'hold/%' AS held
        FROM unnest(buckets) WITH ORDINALITY AS o (id, position)
        JOIN public.keys_bucket b ON b.id = o.id AND b.account_id = account ORDER BY held DESC, b.day DESC
    LOOP
        EXIT WHEN NOT here.held AND here.day < enough - 1;
        SELECT array_agg(h.id) INTO hits FROM (
            SELECT s.call_id AS id FROM (
                SELECT t.call_id, t.account_id, t.bucket_id FROM public.calls_searchtokens t
                WHERE t.tokens @> wanted[(here.position - 1) * each + 1 : here.position * each] OFFSET 0
            ) s
            WHERE s.account_id = account AND s.bucket_id = here.id AND (before IS NULL OR s.call_id < before)
            ORDER BY s.call_id DESC LIMIT most
        ) h;
        found := found || COALESCE(hits, '{}');
        IF NOT here.held THEN count := count + COALESCE(cardinality(hits), 0); END IF;
        IF enough IS NULL AND count >= most THEN enough := here.day; END IF;
    END LOOP;
    RETURN QUERY SELECT f FROM unnest(found) f ORDER BY f DESC LIMIT most;
END $$;
GRANT EXECUTE ON FUNCTION lookup.search_calls(uuid, uuid[], bigint[], uuid, integer) TO rf_web;

-- name: accounts_with_silent_calls
-- Where calls are marked live though their media process gave no sign since `before`.
CREATE OR REPLACE FUNCTION lookup.accounts_with_silent_calls(before timestamptz) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT DISTINCT c.account_id FROM public.calls_call c
    WHERE c.status IN ('ringing', 'in_progress') AND COALESCE(c.seen_at, c.started_at) < before
$$;
GRANT EXECUTE ON FUNCTION lookup.accounts_with_silent_calls(timestamptz) TO rf_worker;

-- name: accounts_with_open_erasures
CREATE OR REPLACE FUNCTION lookup.accounts_with_open_erasures() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT DISTINCT e.account_id FROM public.calls_erasure e WHERE e.state = 'requested'
$$;
GRANT EXECUTE ON FUNCTION lookup.accounts_with_open_erasures() TO rf_worker;

-- name: accounts_with_unsettled_erasures
-- Where an erasure that was done before `before` has not been looked for a last time.
CREATE OR REPLACE FUNCTION lookup.accounts_with_unsettled_erasures(before timestamptz) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT DISTINCT e.account_id FROM public.calls_erasure e
    WHERE e.state = 'done' AND e.settled_at IS NULL AND e.done_at < before
$$;
GRANT EXECUTE ON FUNCTION lookup.accounts_with_unsettled_erasures(timestamptz) TO rf_worker;

-- name: accounts_with_unscrubbed_erasures
-- Where something was erased before `before` of which the database's files may still hold something.
CREATE OR REPLACE FUNCTION lookup.accounts_with_unscrubbed_erasures(before timestamptz) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT DISTINCT e.account_id FROM public.calls_erasure e
    WHERE e.state = 'done' AND e.scrubbed_at IS NULL AND e.done_at < before
$$;
GRANT EXECUTE ON FUNCTION lookup.accounts_with_unscrubbed_erasures(timestamptz) TO rf_worker;

-- name: accounts_with_old_receipts
CREATE OR REPLACE FUNCTION lookup.accounts_with_old_receipts(before timestamptz) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT DISTINCT e.account_id FROM public.calls_erasure e WHERE e.state = 'done' AND e.done_at < before
$$;
GRANT EXECUTE ON FUNCTION lookup.accounts_with_old_receipts(timestamptz) TO rf_worker;

-- name: erased_accounts
-- How many accounts were erased, of which a receipt is kept, and when the last of them.
CREATE OR REPLACE FUNCTION lookup.erased_accounts() RETURNS TABLE (accounts bigint, newest timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT count(*), max(e.done_at) FROM public.calls_erasure e WHERE e.part = 'account' AND e.state = 'done'
$$;
GRANT EXECUTE ON FUNCTION lookup.erased_accounts() TO rf_web, rf_worker;
