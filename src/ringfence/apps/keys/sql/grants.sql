-- Bucket keys are wrapped: a row opens nothing without the keyring.
GRANT SELECT, INSERT ON keys_bucket TO rf_web, rf_media;
GRANT SELECT, INSERT, UPDATE, DELETE ON keys_bucket TO rf_worker;
GRANT SELECT (id, account_id, day, epoch) ON keys_bucket TO rf_lookup;

-- A row that is not ours is noted by whoever meets it, and struck off by nobody. Marks enter by a trigger, as the owner.
GRANT INSERT ON keys_forgedrow TO rf_web, rf_media, rf_worker;
GRANT SELECT ON keys_forgedrow TO rf_web, rf_worker;
