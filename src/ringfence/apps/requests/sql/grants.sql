-- Entered where calls live and where they are taken in; it goes with the account.
GRANT SELECT, INSERT ON requests_request TO rf_media, rf_worker;
GRANT SELECT ON requests_request TO rf_web;
GRANT DELETE ON requests_request TO rf_worker;
