-- Published versions are written once: nobody has UPDATE or DELETE, and a trigger refuses both.
GRANT SELECT, INSERT, UPDATE ON agents_agent TO rf_web;
GRANT SELECT, INSERT ON agents_agentversion TO rf_web;
GRANT SELECT, INSERT, UPDATE, DELETE ON agents_engine TO rf_web;
GRANT SELECT ON agents_agent, agents_agentversion, agents_engine TO rf_media, rf_worker;
