GRANT SELECT, INSERT, UPDATE, DELETE ON numbers_connection, numbers_number, numbers_confirmednumber TO rf_web;
GRANT SELECT ON numbers_connection, numbers_number TO rf_media, rf_worker;
GRANT SELECT ON numbers_confirmednumber TO rf_worker;

-- "Stop calling me" is added from anywhere. Only a member, in the console, takes it back.
GRANT SELECT, INSERT ON numbers_suppression TO rf_web, rf_media, rf_worker;
GRANT DELETE ON numbers_suppression TO rf_web, rf_worker;

GRANT SELECT (id, account_id, vendor, settings, sealed_secret, mark) ON numbers_connection TO rf_lookup;
