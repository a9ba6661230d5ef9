-- The worker measures; pages show.
GRANT SELECT ON assurance_measurement TO rf_web;
GRANT SELECT, INSERT, UPDATE ON assurance_measurement TO rf_worker;
