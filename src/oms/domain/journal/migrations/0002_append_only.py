"""The database refuses to change the journal; what was forgotten before is put on record."""

import django.db.models.deletion
from django.db import migrations, models

from oms.domain.journal import guards

BACKFILL = """
INSERT INTO journal_forgotten (entry_id)
SELECT e.id FROM journal_entry e LEFT JOIN journal_payload p ON p.entry_id = e.id
WHERE p.id IS NULL"""


class Migration(migrations.Migration):

    dependencies = [("journal", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Forgotten",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("entry", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="forgotten", to="journal.entry")),
            ],
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["-at", "-id"], name="journal_at"),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["act", "-at"], name="journal_act"),
        ),
        migrations.RunSQL(BACKFILL, migrations.RunSQL.noop),
        migrations.RunPython(guards.migrate, guards.migrate_back),
    ]
