-- Bucket keys are wrapped: a row opens nothing without the keyring.
GRANT SELECT, INSERT ON keys_bucket TO rf_web, rf_media;
GRANT SELECT, INSERT, UPDATE, DELETE ON keys_bucket TO rf_worker;
GRANT SELECT (id, account_id, day, epoch) ON keys_bucket TO rf_lookup;
