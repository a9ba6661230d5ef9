-- People stand outside accounts; what comes with the sign-in library is theirs, too. Who goes, goes by the database's own cascade.
GRANT SELECT, INSERT, DELETE ON people_session, people_place, people_signup, people_errand, people_mail TO rf_web;
GRANT UPDATE (method, seen_at, proved_at, ended_at, mark) ON people_session TO rf_web;
GRANT UPDATE (address, seen_at, vouched_at, mark) ON people_place TO rf_web;
GRANT UPDATE (used_at, mark) ON people_errand TO rf_web;
GRANT UPDATE (tries, next_at) ON people_mail TO rf_web;
GRANT SELECT, INSERT, UPDATE, DELETE ON people_profile, people_count TO rf_web;
GRANT SELECT, INSERT, UPDATE ON people_details, people_rules TO rf_web;
GRANT SELECT, INSERT ON people_failedday TO rf_web;
GRANT UPDATE (times, last_at) ON people_failedday TO rf_web;
GRANT SELECT, INSERT, UPDATE, DELETE ON people_signon TO rf_web;
GRANT SELECT, INSERT ON people_invitation TO rf_web;
GRANT SELECT, INSERT, DELETE ON people_identity TO rf_web;
GRANT UPDATE (accepted_at, revoked_at, mark) ON people_invitation TO rf_web;

-- The worker writes invoices: to whom, a company said itself, sealed.
GRANT SELECT (id, account_id, said_sealed) ON people_details TO rf_worker;

-- The worker sends mails, and takes away what is over.
GRANT SELECT, DELETE ON people_mail TO rf_worker;
GRANT UPDATE (tries, next_at) ON people_mail TO rf_worker;
GRANT SELECT (id, ended_at, seen_at), DELETE ON people_session TO rf_worker;
GRANT SELECT (id, expires_at), DELETE ON people_signup, people_errand TO rf_worker;
GRANT SELECT (key, expires_at), DELETE ON people_count TO rf_worker;
GRANT SELECT (id, sign_on), DELETE ON people_identity TO rf_worker;
GRANT SELECT (id, provider), DELETE ON socialaccount_socialaccount TO rf_worker;

-- The library's own: second factors, passkeys, identities at a company's provider, proven addresses.
GRANT SELECT, INSERT, UPDATE, DELETE ON mfa_authenticator, socialaccount_socialaccount, account_emailaddress TO rf_web;

GRANT SELECT (id, account_id, issuer, client_id, secret_sealed, domains, enforced, mark) ON people_signon TO rf_lookup;
GRANT SELECT (account_id, idle_minutes, second_factor) ON people_rules TO rf_lookup;
GRANT SELECT (user_id, type) ON mfa_authenticator TO rf_lookup;
GRANT SELECT (id, account_id, day, times, last_at) ON people_failedday TO rf_lookup;
GRANT SELECT (id, user_id, method, through, began_at, proved_at, ended_at, mark) ON people_session TO rf_lookup;
GRANT SELECT (id, account_id, email, role, token_mark, invited_by, mailed, expires_at, accepted_at, revoked_at, mark)
    ON people_invitation TO rf_lookup;
