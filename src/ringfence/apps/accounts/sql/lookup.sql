-- Questions that come before anybody's account is known.
GRANT USAGE ON SCHEMA lookup TO rf_web, rf_media, rf_worker, rf_audit, rf_billing, rf_gate, rf_staff;

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
-- Whose key begins like this, and the membership of its maker: null where the operator made it. The key of somebody who is no
-- member any more is not found. Prefixes are random, so there is one, or in theory two.
DROP FUNCTION IF EXISTS lookup.api_key_by_prefix(text);
CREATE FUNCTION lookup.api_key_by_prefix(wanted text)
RETURNS TABLE (id uuid, account_id uuid, role text, scope text, prefix text, secret_sha256 bytea, created_by uuid,
               created_at timestamptz, expires_at timestamptz, revoked_at timestamptz, last_used_at timestamptz, mark bytea,
               maker_id uuid, maker_role text, maker_since timestamptz, maker_mark bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT k.id, k.account_id, k.role, k.scope, k.prefix, k.secret_sha256, k.created_by, k.created_at, k.expires_at,
           k.revoked_at, k.last_used_at, k.mark, m.id, m.role, m.created_at, m.mark
    FROM public.accounts_apikey k
    LEFT JOIN public.accounts_membership m ON m.account_id = k.account_id AND m.user_id = k.created_by
    WHERE k.prefix = wanted AND (k.created_by IS NULL OR m.id IS NOT NULL)
$$;
GRANT EXECUTE ON FUNCTION lookup.api_key_by_prefix(text) TO rf_web;

-- name: memberships_of_user
-- Where a person who signed in belongs. Whoever is of the operator's belongs nowhere, whatever a row says.
DROP FUNCTION IF EXISTS lookup.memberships_of_user(uuid);
CREATE FUNCTION lookup.memberships_of_user(wanted uuid)
RETURNS TABLE (account_id uuid, slug text, name text, plan text, role text, id uuid, created_at timestamptz, mark bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT a.id, a.slug, a.name, a.plan, m.role, m.id, m.created_at, m.mark
    FROM public.accounts_membership m JOIN public.accounts_account a ON a.id = m.account_id
    WHERE m.user_id = wanted AND NOT EXISTS (
        SELECT 1 FROM public.staff_person s WHERE s.user_id = wanted AND s.removed_at IS NULL) ORDER BY a.slug
$$;
GRANT EXECUTE ON FUNCTION lookup.memberships_of_user(uuid) TO rf_web;

-- name: account_by_slug
CREATE OR REPLACE FUNCTION lookup.account_by_slug(wanted text) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT a.id FROM public.accounts_account a WHERE a.slug = wanted
$$;
GRANT EXECUTE ON FUNCTION lookup.account_by_slug(text) TO rf_web, rf_worker;

GRANT EXECUTE ON FUNCTION lookup.own_account(uuid) TO rf_web, rf_media, rf_worker, rf_staff;

-- name: account_closed_at
-- Since when an account is cancelled; null while it is open.
CREATE OR REPLACE FUNCTION lookup.account_closed_at(wanted uuid) RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT COALESCE(a.erasing_at, a.cancelled_at) FROM public.accounts_account a WHERE a.id = wanted
$$;
GRANT EXECUTE ON FUNCTION lookup.account_closed_at(uuid) TO rf_web, rf_media, rf_worker;

-- name: accounts_to_erase
-- Whose thirty days of grace are over, and whose erasure was begun.
CREATE OR REPLACE FUNCTION lookup.accounts_to_erase(at timestamptz) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT a.id FROM public.accounts_account a
    WHERE a.cancelled_at IS NOT NULL AND (a.erase_after <= at OR a.erasing_at IS NOT NULL)
$$;
GRANT EXECUTE ON FUNCTION lookup.accounts_to_erase(timestamptz) TO rf_web, rf_worker;

-- name: accounts_with_changes
-- Where a lower plan has begun, or rows have not all followed a change of the plan yet.
CREATE OR REPLACE FUNCTION lookup.accounts_with_changes(at timestamptz) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT a.id FROM public.accounts_account a
    WHERE a.erasing_at IS NULL AND (a.then_at <= at OR a.follow_at IS NOT NULL)
$$;
GRANT EXECUTE ON FUNCTION lookup.accounts_with_changes(timestamptz) TO rf_web, rf_worker;

-- name: erase_rows
-- Takes rows of one account out of one table, up to a number; says how many. Only of an account whose erasure was begun.
CREATE OR REPLACE FUNCTION lookup.erase_rows(account uuid, named text, most integer) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE gone bigint;
BEGIN
    PERFORM lookup.own_account(account);
    IF NOT EXISTS (SELECT 1 FROM public.accounts_account a
                   WHERE a.id = account AND a.erasing_at IS NOT NULL) THEN
        RAISE EXCEPTION 'the erasure of this account was not begun' USING ERRCODE = 'insufficient_privilege';
    END IF;
    EXECUTE format('DELETE FROM public.%I WHERE id IN (SELECT id FROM public.%I WHERE %I = $1 LIMIT $2)',
                   named, named, CASE named WHEN 'accounts_account' THEN 'id' ELSE 'account_id' END) USING account, most;
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END $$;
GRANT EXECUTE ON FUNCTION lookup.erase_rows(uuid, text, integer) TO rf_worker;

-- name: has_rows
-- Whether a table has a row of this account.
CREATE OR REPLACE FUNCTION lookup.has_rows(account uuid, named text) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE found boolean;
BEGIN
    PERFORM lookup.own_account(account);
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM public.%I WHERE account_id = $1)', named) INTO found USING account;
    RETURN found;
END $$;
GRANT EXECUTE ON FUNCTION lookup.has_rows(uuid, text) TO rf_worker;

-- name: people_of_this_account_alone
-- Whoever belongs to this account and to no other.
CREATE OR REPLACE FUNCTION lookup.people_of_this_account_alone(account uuid) RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM lookup.own_account(account);
    RETURN QUERY SELECT m.user_id FROM public.accounts_membership m
    WHERE m.account_id = account AND NOT EXISTS (
        SELECT 1 FROM public.accounts_membership o WHERE o.user_id = m.user_id AND o.account_id <> account);
END $$;
GRANT EXECUTE ON FUNCTION lookup.people_of_this_account_alone(uuid) TO rf_worker;

-- name: erase_people
-- They go, with what makes them members; says how many.
CREATE OR REPLACE FUNCTION lookup.erase_people(account uuid) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE people uuid[]; gone bigint;
BEGIN
    IF NOT EXISTS (SELECT 1 FROM public.accounts_account a WHERE a.id = account AND a.erasing_at IS NOT NULL) THEN
        RAISE EXCEPTION 'the erasure of this account was not begun' USING ERRCODE = 'insufficient_privilege';
    END IF;
    people := ARRAY(SELECT lookup.people_of_this_account_alone(account));
    DELETE FROM public.accounts_membership m WHERE m.account_id = account;
    DELETE FROM public.accounts_user u WHERE u.id = ANY (people);
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END $$;
GRANT EXECUTE ON FUNCTION lookup.erase_people(uuid) TO rf_worker;

-- name: people_who_left
-- Whoever belongs to no account and is not of the operator's, and was made before that moment.
CREATE OR REPLACE FUNCTION lookup.people_who_left(made_before timestamptz) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT u.id FROM public.accounts_user u
    WHERE u.created_at < made_before
      AND NOT EXISTS (SELECT 1 FROM public.accounts_membership m WHERE m.user_id = u.id)
      AND NOT EXISTS (SELECT 1 FROM public.staff_person s WHERE s.user_id = u.id)
$$;
GRANT EXECUTE ON FUNCTION lookup.people_who_left(timestamptz) TO rf_worker;

-- name: erase_people_who_left
-- They go, with the invitations to their address that nobody can use any more; says how many.
CREATE OR REPLACE FUNCTION lookup.erase_people_who_left(made_before timestamptz) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE people uuid[]; gone bigint;
BEGIN
    people := ARRAY(SELECT lookup.people_who_left(made_before));
    DELETE FROM public.people_invitation i USING public.accounts_user u
    WHERE u.id = ANY (people) AND i.email = u.email AND (i.accepted_at IS NOT NULL OR i.revoked_at IS NOT NULL);
    DELETE FROM public.accounts_user u WHERE u.id = ANY (people);
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END $$;
GRANT EXECUTE ON FUNCTION lookup.erase_people_who_left(timestamptz) TO rf_worker;
