-- Pages count; the worker takes away what told one browser of a day from another.
GRANT SELECT, INSERT, UPDATE ON analytics_view, analytics_day TO rf_web;
GRANT SELECT, INSERT ON analytics_mark TO rf_web;
GRANT SELECT, INSERT, DELETE ON analytics_choice TO rf_web;
GRANT SELECT, INSERT, UPDATE, DELETE ON analytics_feature TO rf_web;

GRANT SELECT, DELETE ON analytics_mark TO rf_worker;
GRANT SELECT ON analytics_view, analytics_day TO rf_worker;
