from django.db import migrations

# A published version is never changed, and goes only with its whole account: through lookup.erase_rows, as rf_lookup.
_WITH_ITS_ACCOUNT = """
CREATE OR REPLACE FUNCTION agents_agentversion_is_immutable() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_user = 'rf_lookup' THEN RETURN NULL; END IF;
    RAISE EXCEPTION 'a published version is never changed or deleted' USING ERRCODE = 'restrict_violation';
END $$;
"""
_NEVER = """
CREATE OR REPLACE FUNCTION agents_agentversion_is_immutable() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    RAISE EXCEPTION 'a published version is never changed or deleted' USING ERRCODE = 'restrict_violation';
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("agents", "0001_first")]

    operations = [migrations.RunSQL(_WITH_ITS_ACCOUNT, _NEVER)]
