-- name: accounts_to_bill
-- Every account that is not being erased, and the day it was opened, from which its months count.
CREATE OR REPLACE FUNCTION lookup.accounts_to_bill() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT a.id FROM public.accounts_account a WHERE a.erasing_at IS NULL
$$;
GRANT EXECUTE ON FUNCTION lookup.accounts_to_bill() TO rf_billing;

-- name: accounts_with_old_invoices
CREATE OR REPLACE FUNCTION lookup.accounts_with_old_invoices(at timestamptz) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT DISTINCT i.account_id FROM public.billing_invoice i WHERE i.until <= at
$$;
GRANT EXECUTE ON FUNCTION lookup.accounts_with_old_invoices(timestamptz) TO rf_web, rf_worker, rf_billing;
