-- name: connection_for_webhook
-- A carrier's request names a connection and nothing else; its signature is checked with the sealed secret next.
DROP FUNCTION IF EXISTS lookup.connection_for_webhook(uuid);
CREATE FUNCTION lookup.connection_for_webhook(wanted uuid)
RETURNS TABLE (id uuid, account_id uuid, vendor text, settings jsonb, sealed_secret bytea, mark bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT c.id, c.account_id, c.vendor, c.settings, c.sealed_secret, c.mark
    FROM public.numbers_connection c WHERE c.id = wanted
$$;
GRANT EXECUTE ON FUNCTION lookup.connection_for_webhook(uuid) TO rf_web, rf_media;
