-- Questions about people that come before anybody's account is known.

-- name: rules_of_user
-- What each account of a person asks of them: idle minutes, and whether only its own identity provider opens it.
CREATE OR REPLACE FUNCTION lookup.rules_of_user(wanted uuid)
RETURNS TABLE (account_id uuid, idle_minutes integer, sign_on uuid, enforced boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT m.account_id, r.idle_minutes::integer, s.id, COALESCE(s.enforced, false)
    FROM public.accounts_membership m
    LEFT JOIN public.people_rules r ON r.account_id = m.account_id
    LEFT JOIN public.people_signon s ON s.account_id = m.account_id
    WHERE m.user_id = wanted
$$;
GRANT EXECUTE ON FUNCTION lookup.rules_of_user(uuid) TO rf_web;

-- name: role_now
-- The role of a member whose session is open, asked again and again by what they opened: null once either was taken away.
CREATE OR REPLACE FUNCTION lookup.role_now(account uuid, member uuid, session uuid) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT m.role FROM public.accounts_membership m JOIN public.people_session s ON s.user_id = m.user_id
    WHERE m.account_id = account AND m.user_id = member AND s.id = session AND s.ended_at IS NULL
$$;
GRANT EXECUTE ON FUNCTION lookup.role_now(uuid, uuid, uuid) TO rf_web, rf_media;

-- name: invitation_by_mark
CREATE OR REPLACE FUNCTION lookup.invitation_by_mark(wanted bytea)
RETURNS TABLE (id uuid, account_id uuid, account_name text, email text, role text, mailed boolean, expires_at timestamptz,
               over boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT i.id, i.account_id, a.name, i.email, i.role, i.mailed, i.expires_at,
           i.accepted_at IS NOT NULL OR i.revoked_at IS NOT NULL
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
