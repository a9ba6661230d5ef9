-- Whoever enforces a version writes down that it does; nobody changes or removes what was written.
GRANT SELECT, INSERT ON policies_enforcedpolicy TO rf_web, rf_media, rf_worker;
