-- Questions about people that come before anybody's account is known.

-- name: has_factor
-- Whether a person has a passkey or an authenticator app.
CREATE OR REPLACE FUNCTION lookup.has_factor(wanted uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM public.mfa_authenticator f WHERE f.user_id = wanted AND f.type IN ('totp', 'webauthn'))
$$;

-- name: rules_of_user
-- What each account of a person asks of them: idle minutes, a second factor, and whether only its own identity provider opens it.
DROP FUNCTION IF EXISTS lookup.rules_of_user(uuid);
CREATE FUNCTION lookup.rules_of_user(wanted uuid)
RETURNS TABLE (account_id uuid, idle_minutes integer, sign_on uuid, enforced boolean, issuer text, client_id text,
               secret_sealed bytea, domains text, mark bytea, second_factor boolean, has_factor boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT m.account_id, r.idle_minutes::integer, s.id, COALESCE(s.enforced, false), s.issuer, s.client_id,
           s.secret_sealed, s.domains::text, s.mark, COALESCE(r.second_factor, false), lookup.has_factor(wanted)
    FROM public.accounts_membership m
    LEFT JOIN public.people_rules r ON r.account_id = m.account_id
    LEFT JOIN public.people_signon s ON s.account_id = m.account_id
    WHERE m.user_id = wanted
$$;
GRANT EXECUTE ON FUNCTION lookup.rules_of_user(uuid) TO rf_web;

-- name: member_now
-- A member and their open session, asked again and again by what they opened: no row once either was taken away. Whoever asks
-- holds both marks against what they cover.
DROP FUNCTION IF EXISTS lookup.role_now(uuid, uuid, uuid);
CREATE OR REPLACE FUNCTION lookup.member_now(account uuid, member uuid, session uuid)
RETURNS TABLE (membership_id uuid, role text, since timestamptz, membership_mark bytea, method text, through uuid,
               began_at timestamptz, proved_at timestamptz, ended_at timestamptz, session_mark bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT m.id, m.role, m.created_at, m.mark, s.method, s.through, s.began_at, s.proved_at, s.ended_at, s.mark
    FROM public.accounts_membership m JOIN public.people_session s ON s.user_id = m.user_id
    WHERE m.account_id = account AND m.user_id = member AND s.id = session AND s.ended_at IS NULL
$$;
GRANT EXECUTE ON FUNCTION lookup.member_now(uuid, uuid, uuid) TO rf_web, rf_media;

-- name: asked_of
-- What an account asks of one of its members, for the same question: one row, always. It can end what is open, and opens nothing:
-- that was opened by `rules_of_user`, whose marks are held against what they cover.
CREATE OR REPLACE FUNCTION lookup.asked_of(account uuid, member uuid)
RETURNS TABLE (sign_on uuid, enforced boolean, second_factor boolean, has_factor boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT o.id, COALESCE(o.enforced, false), COALESCE(r.second_factor, false), lookup.has_factor(member)
    FROM (VALUES (account)) wanted (id)
    LEFT JOIN public.people_rules r ON r.account_id = wanted.id
    LEFT JOIN public.people_signon o ON o.account_id = wanted.id
$$;
GRANT EXECUTE ON FUNCTION lookup.asked_of(uuid, uuid) TO rf_web, rf_media;

-- name: failed_sign_ins
-- How often signing in as somebody of an account failed since a day, for the operator: counts, of nobody.
CREATE OR REPLACE FUNCTION lookup.failed_sign_ins(since date) RETURNS TABLE (account_id uuid, times bigint, last_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT f.account_id, sum(f.times)::bigint, max(f.last_at) FROM public.people_failedday f WHERE f.day >= since
    GROUP BY f.account_id
$$;
GRANT EXECUTE ON FUNCTION lookup.failed_sign_ins(date) TO rf_staff;

-- name: invitation_by_mark
DROP FUNCTION IF EXISTS lookup.invitation_by_mark(bytea);
CREATE FUNCTION lookup.invitation_by_mark(wanted bytea)
RETURNS TABLE (id uuid, account_id uuid, account_name text, email text, role text, token_mark bytea, invited_by uuid,
               mailed boolean, expires_at timestamptz, accepted_at timestamptz, revoked_at timestamptz, mark bytea,
               over boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT i.id, i.account_id, a.name, i.email, i.role, i.token_mark, i.invited_by, i.mailed, i.expires_at, i.accepted_at,
           i.revoked_at, i.mark, i.accepted_at IS NOT NULL OR i.revoked_at IS NOT NULL
    FROM public.people_invitation i JOIN public.accounts_account a ON a.id = i.account_id
    WHERE i.token_mark = wanted
$$;
GRANT EXECUTE ON FUNCTION lookup.invitation_by_mark(bytea) TO rf_web;

-- name: account_of_sign_on
CREATE OR REPLACE FUNCTION lookup.account_of_sign_on(wanted uuid) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT s.account_id FROM public.people_signon s WHERE s.id = wanted
$$;
GRANT EXECUTE ON FUNCTION lookup.account_of_sign_on(uuid) TO rf_web, rf_worker;

-- name: sign_ons_of_domain
CREATE OR REPLACE FUNCTION lookup.sign_ons_of_domain(wanted text) RETURNS TABLE (id uuid, account_name text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT s.id, a.name FROM public.people_signon s JOIN public.accounts_account a ON a.id = s.account_id
    WHERE s.domains ? wanted ORDER BY a.name
$$;
GRANT EXECUTE ON FUNCTION lookup.sign_ons_of_domain(text) TO rf_web;
