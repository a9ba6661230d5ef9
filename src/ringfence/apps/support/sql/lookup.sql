-- name: support_requests
-- Requests of every account, without their words: those that are open first, who waits longest first.
CREATE OR REPLACE FUNCTION lookup.support_requests(most integer)
RETURNS TABLE (account_id uuid, account_name text, id uuid, subject text, opened_at timestamptz, said_at timestamptz,
               closed_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.account_id, a.name, r.id, r.subject, r.opened_at, r.said_at, r.closed_at
    FROM public.support_request r JOIN public.accounts_account a ON a.id = r.account_id
    ORDER BY r.closed_at IS NOT NULL, CASE WHEN r.closed_at IS NULL THEN r.said_at END, r.closed_at DESC LIMIT most
$$;
GRANT EXECUTE ON FUNCTION lookup.support_requests(integer) TO rf_staff;

-- name: support_asks_over
-- Approvals whose time is over and whose epoch was not destroyed yet.
CREATE OR REPLACE FUNCTION lookup.support_asks_over(at timestamptz) RETURNS TABLE (account_id uuid, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT s.account_id, s.id FROM public.support_ask s WHERE s.approved AND s.ended_at IS NULL AND s.ends_at <= at
$$;
GRANT EXECUTE ON FUNCTION lookup.support_asks_over(timestamptz) TO rf_web, rf_worker;

-- name: support_asks_in_force
-- Approvals that say they are in force; whoever died while taking one back left its row so.
CREATE OR REPLACE FUNCTION lookup.support_asks_in_force(at timestamptz) RETURNS TABLE (account_id uuid, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT s.account_id, s.id FROM public.support_ask s WHERE s.approved AND s.ended_at IS NULL AND s.ends_at > at
$$;
GRANT EXECUTE ON FUNCTION lookup.support_asks_in_force(timestamptz) TO rf_worker;

-- name: released_calls
-- The calls that an approval opens, with what the customer's own list says of when and how long.
CREATE OR REPLACE FUNCTION lookup.released_calls(account uuid, ask uuid)
RETURNS TABLE (call_id uuid, started_at timestamptz, duration_ms integer, agent_slug text, parts text[])
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM lookup.own_account(account);
    RETURN QUERY SELECT c.id, c.started_at, c.duration_ms, c.agent_slug::text, array_agg(p.part::text)
    FROM public.support_releasedpart p
    JOIN public.support_ask s ON s.id = p.ask_id AND s.account_id = p.account_id
    JOIN public.calls_call c ON c.id = p.call_id AND c.account_id = p.account_id
    WHERE p.account_id = account AND p.ask_id = ask AND s.approved AND s.withdrawn_at IS NULL AND s.ended_at IS NULL
      AND c.being_erased_at IS NULL
    GROUP BY c.id, c.started_at, c.duration_ms, c.agent_slug ORDER BY c.started_at DESC, c.id DESC;
END $$;
GRANT EXECUTE ON FUNCTION lookup.released_calls(uuid, uuid) TO rf_staff;

-- name: released_part
-- One part of one call, sealed as it rests, beside the wrap that its approval left. No approval in force, no row.
CREATE OR REPLACE FUNCTION lookup.released_part(account uuid, ask uuid, call uuid, which text)
RETURNS TABLE (epoch text, wrapped bytea, state text, expires_at timestamptz, call_expires_at timestamptz,
               being_erased_at timestamptz, turns bytea, variables bytea, summary bytea, object_name text, duration_ms integer)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM lookup.own_account(account);
    RETURN QUERY SELECT p.epoch::text, p.wrapped, COALESCE(r.state, t.state)::text, COALESCE(r.expires_at, t.expires_at),
        c.expires_at, c.being_erased_at, t.turns_sealed, t.variables_sealed, t.summary_sealed, r.object_name::text,
        r.duration_ms
    FROM public.support_releasedpart p
    JOIN public.support_ask s ON s.id = p.ask_id AND s.account_id = p.account_id
    JOIN public.calls_call c ON c.id = p.call_id AND c.account_id = p.account_id
    LEFT JOIN public.calls_recording r ON which = 'recording' AND r.call_id = p.call_id AND r.account_id = p.account_id
    LEFT JOIN public.calls_transcript t ON which = 'transcript' AND t.call_id = p.call_id AND t.account_id = p.account_id
    WHERE p.account_id = account AND p.ask_id = ask AND p.call_id = call AND p.part = which
      AND s.approved AND s.withdrawn_at IS NULL AND s.ended_at IS NULL
      AND COALESCE(r.id, t.id) IS NOT NULL;
END $$;
GRANT EXECUTE ON FUNCTION lookup.released_part(uuid, uuid, uuid, text) TO rf_staff;

-- name: account_for_operator
-- An account as the operator's console shows it: name, plan, state, counts and dates. Nothing of a call, nothing of a person.
CREATE OR REPLACE FUNCTION lookup.account_for_operator(wanted uuid, since date)
RETURNS TABLE (id uuid, slug text, name text, plan text, created_at timestamptz, then_plan text, then_at timestamptz,
               cancelled_at timestamptz, erase_after timestamptz, erasing_at timestamptz, members bigint, agents bigint,
               numbers bigint, calls bigint, suppressed bigint, refused bigint, requests bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT a.id, a.slug, a.name, a.plan, a.created_at, a.then_plan, a.then_at, a.cancelled_at, a.erase_after, a.erasing_at,
        (SELECT count(*) FROM public.accounts_membership m WHERE m.account_id = a.id),
        (SELECT count(*) FROM public.agents_agent g WHERE g.account_id = a.id),
        (SELECT count(*) FROM public.numbers_number n WHERE n.account_id = a.id),
        (SELECT COALESCE(sum(u.calls), 0)::bigint FROM public.billing_usage u WHERE u.account_id = a.id AND u.day >= since),
        (SELECT count(*) FROM public.numbers_suppression s WHERE s.account_id = a.id),
        (SELECT COALESCE(sum(r.times), 0)::bigint FROM public.recipients_refusal r WHERE r.account_id = a.id),
        (SELECT count(*) FROM public.support_request q WHERE q.account_id = a.id AND q.closed_at IS NULL)
    FROM public.accounts_account a WHERE a.id = wanted
$$;
GRANT EXECUTE ON FUNCTION lookup.account_for_operator(uuid, date) TO rf_staff;

-- name: accounts_for_operator
-- The same of all accounts, by short name.
CREATE OR REPLACE FUNCTION lookup.accounts_for_operator(wanted text, after text, since date, most integer)
RETURNS TABLE (id uuid, slug text, name text, plan text, created_at timestamptz, then_plan text, then_at timestamptz,
               cancelled_at timestamptz, erase_after timestamptz, erasing_at timestamptz, members bigint, agents bigint,
               numbers bigint, calls bigint, suppressed bigint, refused bigint, requests bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT o.* FROM (
        SELECT a.id, a.slug FROM public.accounts_account a
        WHERE a.slug > after AND (wanted = '' OR starts_with(a.slug, wanted) OR strpos(lower(a.name), wanted) > 0)
        ORDER BY a.slug LIMIT most
    ) picked CROSS JOIN LATERAL lookup.account_for_operator(picked.id, since) o ORDER BY picked.slug
$$;
GRANT EXECUTE ON FUNCTION lookup.accounts_for_operator(text, text, date, integer) TO rf_staff;

-- name: standing_for_operator
-- How the installation does, in counts: what waits, what failed, what is under way.
CREATE OR REPLACE FUNCTION lookup.standing_for_operator(since timestamptz)
RETURNS TABLE (what text, number bigint, at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT 'jobs_waiting', count(*), NULL::timestamptz FROM public.procrastinate_jobs j WHERE j.status IN ('todo', 'doing')
    UNION ALL SELECT 'jobs_failed', count(*), NULL FROM public.procrastinate_jobs j WHERE j.status = 'failed'
    UNION ALL SELECT 'calls_live', count(*), NULL FROM public.calls_call c WHERE c.status IN ('ringing', 'in_progress')
    UNION ALL SELECT 'mails_waiting', count(*), NULL FROM public.people_mail m
    UNION ALL SELECT 'erasures_open', count(*), NULL FROM public.calls_erasure e WHERE e.state = 'requested'
    UNION ALL SELECT 'last_sweep', NULL, max(s.ended_at) FROM public.sweeps_sweep s
    UNION ALL SELECT 'refused_lately', count(*), NULL FROM public.staff_deed d WHERE d.act = 'sign_in_failed' AND d.at >= since
$$;
GRANT EXECUTE ON FUNCTION lookup.standing_for_operator(timestamptz) TO rf_staff;

-- name: settings_of_account
-- How an account is set up, for broken glass: kinds, names, states and dates. No definition, no number, no secret, no person.
CREATE OR REPLACE FUNCTION lookup.settings_of_account(account uuid)
RETURNS TABLE (kind text, name text, state text, since timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM lookup.own_account(account);
    IF NOT EXISTS (SELECT 1 FROM public.support_glass g
                   WHERE g.account_id = account AND g.confirmed_by IS NOT NULL AND g.confirmed_by <> g.asked_by) THEN
        RAISE EXCEPTION 'the glass over this account is whole' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN QUERY
        SELECT 'agent', g.name::text, CASE WHEN g.archived_at IS NULL THEN 'in use' ELSE 'put away' END, g.created_at
        FROM public.agents_agent g WHERE g.account_id = account
        UNION ALL SELECT 'idle minutes', r.idle_minutes::text, '', NULL FROM public.people_rules r WHERE r.account_id = account
        UNION ALL SELECT 'second factor', '', 'asked of everybody', NULL
        FROM public.people_rules r WHERE r.account_id = account AND r.second_factor
        UNION ALL SELECT 'single sign-on', '', CASE WHEN o.enforced THEN 'enforced' ELSE 'offered' END, NULL
        FROM public.people_signon o WHERE o.account_id = account
        UNION ALL SELECT 'legal hold', h.names::text, CASE WHEN h.released_at IS NULL THEN 'in force' ELSE 'released' END, h.set_at
        FROM public.holds_hold h WHERE h.account_id = account
        UNION ALL SELECT 'recipient', p.kind::text, CASE WHEN p.ended_at IS NULL THEN 'registered' ELSE 'ended' END, p.ended_at
        FROM public.recipients_recipient p WHERE p.account_id = account;
END $$;
GRANT EXECUTE ON FUNCTION lookup.settings_of_account(uuid) TO rf_staff;

-- name: support_standing
-- Approvals in force, those whose time is over and whose key was not destroyed, and ended ones of which a wrap is left.
CREATE OR REPLACE FUNCTION lookup.support_standing(at timestamptz) RETURNS TABLE (in_force bigint, late bigint, left_over bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT count(*) FILTER (WHERE s.ended_at IS NULL AND s.ends_at > at),
           count(*) FILTER (WHERE s.ended_at IS NULL AND s.ends_at <= at - interval '5 minutes'),
           (SELECT count(*) FROM public.support_releasedpart p JOIN public.support_ask e ON e.id = p.ask_id
            WHERE e.ended_at IS NOT NULL)
    FROM public.support_ask s WHERE s.approved
$$;
GRANT EXECUTE ON FUNCTION lookup.support_standing(timestamptz) TO rf_web, rf_worker;

-- name: staff_who_are_members
-- How many people are of the operator's and belong to an account besides: there must be none.
CREATE OR REPLACE FUNCTION lookup.staff_who_are_members() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT count(*) FROM public.staff_person s
    WHERE s.removed_at IS NULL AND EXISTS (SELECT 1 FROM public.accounts_membership m WHERE m.user_id = s.user_id)
$$;
GRANT EXECUTE ON FUNCTION lookup.staff_who_are_members() TO rf_web, rf_worker;

-- name: support_asks_that_ended
-- Of these approvals, those that have ended: their keys must be gone.
CREATE OR REPLACE FUNCTION lookup.support_asks_that_ended(wanted uuid[]) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT count(*) FROM public.support_ask s WHERE s.id = ANY (wanted) AND s.ended_at IS NOT NULL
$$;
GRANT EXECUTE ON FUNCTION lookup.support_asks_that_ended(uuid[]) TO rf_web, rf_worker;
