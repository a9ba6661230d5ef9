-- Whoever takes a call in counts it; the billing job makes invoices of the counts, and lets them go when their years have passed.
-- It sees accounts, what a company said for its invoices, and counts: of a call it sees nothing.
GRANT SELECT, INSERT, UPDATE ON billing_usage TO rf_web, rf_worker;
GRANT SELECT (account_id, day, calls, seconds), INSERT, UPDATE ON billing_usage TO rf_media;
GRANT SELECT ON billing_invoice TO rf_web;
GRANT SELECT ON billing_usage TO rf_billing;
GRANT SELECT, INSERT, DELETE ON billing_invoice TO rf_billing;
GRANT DELETE ON billing_usage TO rf_billing;
GRANT SELECT (id, name, plan, shelf, created_at, then_plan, then_at, then_shown, then_by, changed_at, follow_at, cancelled_at,
              erase_after, erasing_at) ON accounts_account TO rf_billing;
GRANT SELECT (id, account_id, said_sealed) ON people_details TO rf_billing;

-- What is left to bill of an account that is erased, in the same step; and what a trial made of an account that was nobody's.
GRANT SELECT (id, account_id, first_day, last_day), INSERT ON billing_invoice TO rf_worker;
GRANT DELETE ON billing_invoice, billing_usage TO rf_worker;
GRANT SELECT (account_id, until, last_day) ON billing_invoice TO rf_lookup;
