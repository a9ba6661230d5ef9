"""After the first: the database is told of a table's foreign keys at the end of the migration that makes it."""

from django.db import migrations

# Who goes, goes with all that is theirs, whichever login takes them away: Django alone would leave it to each.
GOES_ALONG = """
DO $$
DECLARE link record;
BEGIN
    FOR link IN
        SELECT conrelid::regclass AS here, conname AS name, confrelid::regclass AS there, pg_get_constraintdef(oid) AS said
        FROM pg_constraint WHERE contype = 'f' AND confdeltype = 'a' AND conrelid IN (
            'people_session'::regclass, 'people_place'::regclass, 'people_profile'::regclass, 'people_errand'::regclass,
            'mfa_authenticator'::regclass, 'socialaccount_socialaccount'::regclass, 'account_emailaddress'::regclass)
    LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I, ADD CONSTRAINT %I %s', link.here, link.name, link.name,
                       replace(link.said, ' DEFERRABLE', ' ON DELETE CASCADE DEFERRABLE'));
    END LOOP;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0001_first")]

    operations = [migrations.RunSQL(GOES_ALONG, migrations.RunSQL.noop)]
