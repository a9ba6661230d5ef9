-- The operator's people are made at the command line, which serves as rf_web. What they did is appended, and by nobody changed.
GRANT SELECT, INSERT ON staff_person TO rf_web;
GRANT UPDATE (removed_at) ON staff_person TO rf_web;
GRANT SELECT ON staff_person TO rf_staff, rf_worker;
GRANT INSERT ON staff_deed TO rf_web, rf_staff;
GRANT SELECT ON staff_deed TO rf_staff, rf_worker;
GRANT SELECT (id, email, name) ON accounts_user TO rf_staff;
GRANT SELECT (user_id, removed_at) ON staff_person TO rf_lookup;
