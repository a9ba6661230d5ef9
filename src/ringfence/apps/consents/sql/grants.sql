-- Written where a call is taken in and where somebody objects, never changed; the worker lets go of what is past its years.
GRANT SELECT, INSERT ON consents_record TO rf_web, rf_media, rf_worker;
GRANT DELETE ON consents_record TO rf_worker;
GRANT SELECT (account_id, call_id, kind, until) ON consents_record TO rf_lookup;
