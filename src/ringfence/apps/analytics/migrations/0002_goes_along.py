"""After the first: the database is told of a table's foreign keys at the end of the migration that makes it."""

from django.db import migrations

# Who goes, goes with what they chose, whichever login takes them away.
GOES_ALONG = """
DO $$
DECLARE link record;
BEGIN
    FOR link IN
        SELECT conname AS name, pg_get_constraintdef(oid) AS said
        FROM pg_constraint WHERE contype = 'f' AND confdeltype = 'a' AND conrelid = 'analytics_choice'::regclass
    LOOP
        EXECUTE format('ALTER TABLE analytics_choice DROP CONSTRAINT %I, ADD CONSTRAINT %I %s', link.name, link.name,
                       replace(link.said, ' DEFERRABLE', ' ON DELETE CASCADE DEFERRABLE'));
    END LOOP;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("analytics", "0001_first")]

    operations = [migrations.RunSQL(GOES_ALONG, migrations.RunSQL.noop)]
