"""After the third: the database is told of a table's foreign keys at the end of the migration that makes it."""

from django.db import migrations

GOES_ALONG = """
DO $$
DECLARE named text;
BEGIN
    SELECT conname INTO named FROM pg_constraint WHERE contype = 'f' AND conrelid = 'people_identity'::regclass;
    EXECUTE format('ALTER TABLE people_identity DROP CONSTRAINT %I, ADD CONSTRAINT %I FOREIGN KEY (user_id)'
                   ' REFERENCES accounts_user (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED', named, named);
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0003_marks")]

    operations = [migrations.RunSQL(GOES_ALONG, migrations.RunSQL.noop)]
