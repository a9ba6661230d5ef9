-- Questions that come before anybody's account is known.
GRANT USAGE ON SCHEMA lookup TO rf_web, rf_media, rf_worker, rf_audit;

-- name: own_account
-- The fence of functions that name an account: it must be the transaction's own.
CREATE OR REPLACE FUNCTION lookup.own_account(wanted uuid) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF wanted IS DISTINCT FROM NULLIF(current_setting('ringfence.account_id', true), '')::uuid THEN
        RAISE EXCEPTION 'not the account of this transaction' USING ERRCODE = 'insufficient_privilege';
    END IF;
END $$;

-- name: api_key_by_prefix
-- Whose key begins like this. Prefixes are random, so there is one, or in theory two.
CREATE OR REPLACE FUNCTION lookup.api_key_by_prefix(wanted text)
RETURNS TABLE (id uuid, account_id uuid, role text, secret_sha256 bytea,
               expires_at timestamptz, revoked_at timestamptz, last_used_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT k.id, k.account_id, k.role, k.secret_sha256, k.expires_at, k.revoked_at, k.last_used_at
    FROM public.accounts_apikey k WHERE k.prefix = wanted
$$;
GRANT EXECUTE ON FUNCTION lookup.api_key_by_prefix(text) TO rf_web;

-- name: memberships_of_user
-- Where a person who signed in belongs.
CREATE OR REPLACE FUNCTION lookup.memberships_of_user(wanted uuid)
RETURNS TABLE (account_id uuid, slug text, name text, plan text, role text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT a.id, a.slug, a.name, a.plan, m.role
    FROM public.accounts_membership m JOIN public.accounts_account a ON a.id = m.account_id
    WHERE m.user_id = wanted ORDER BY a.slug
$$;
GRANT EXECUTE ON FUNCTION lookup.memberships_of_user(uuid) TO rf_web;

-- name: account_by_slug
CREATE OR REPLACE FUNCTION lookup.account_by_slug(wanted text) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT a.id FROM public.accounts_account a WHERE a.slug = wanted
$$;
GRANT EXECUTE ON FUNCTION lookup.account_by_slug(text) TO rf_web, rf_worker;

GRANT EXECUTE ON FUNCTION lookup.own_account(uuid) TO rf_web, rf_media, rf_worker;
