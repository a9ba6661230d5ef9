-- Whoever takes a call in counts it; the worker makes invoices of it, and lets them go when their years have passed.
GRANT SELECT, INSERT, UPDATE ON billing_usage TO rf_web, rf_media, rf_worker;
GRANT SELECT ON billing_invoice TO rf_web;
GRANT SELECT, INSERT, DELETE ON billing_invoice TO rf_worker;
GRANT DELETE ON billing_usage TO rf_worker;
GRANT SELECT (account_id, until, last_day) ON billing_invoice TO rf_lookup;
