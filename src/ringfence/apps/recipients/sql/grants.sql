-- The pages keep the register. The gate reads it, writes what went and what did not, and does nothing else.
GRANT SELECT, INSERT, UPDATE ON recipients_recipient TO rf_web;
GRANT SELECT ON recipients_recipient TO rf_worker, rf_gate;
GRANT SELECT ON recipients_house TO rf_web, rf_worker;
GRANT SELECT, INSERT, UPDATE ON recipients_house TO rf_gate;
GRANT SELECT, INSERT, UPDATE ON recipients_passage, recipients_housepassage, recipients_houserefusal TO rf_gate;
GRANT SELECT, INSERT ON recipients_refusal TO rf_gate;
GRANT UPDATE (times, last_at) ON recipients_refusal TO rf_gate;
GRANT SELECT ON recipients_passage, recipients_housepassage TO rf_web, rf_worker;
GRANT SELECT ON recipients_refusal, recipients_houserefusal TO rf_web, rf_worker;
GRANT UPDATE (told_at) ON recipients_refusal TO rf_worker;
GRANT SELECT (id) ON accounts_account TO rf_gate;

GRANT SELECT (id, account_id, kind, ground, country, module, assessed_on, agreement, ended_at) ON recipients_recipient TO rf_lookup;
GRANT SELECT (id, account_id, recipient_id, last_at) ON recipients_passage TO rf_lookup;
GRANT SELECT (id, account_id, reason, times, told_at, last_at) ON recipients_refusal TO rf_lookup;
