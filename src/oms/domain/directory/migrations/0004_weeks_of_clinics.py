"""Clinics on record learn their week and their programmes' marks."""

from django.db import migrations

from oms.domain.directory.folding import clinic_text
from oms.domain.directory.opening import week


def fill(apps, schema_editor):
    model = apps.get_model("directory", "MedicalOrganization")
    batch = []
    for clinic in model.objects.iterator(chunk_size=1000):
        clinic.week, clinic.search_text = week(clinic.hours), clinic_text(clinic)
        batch.append(clinic)
        if len(batch) == 1000:
            model.objects.bulk_update(batch, ["week", "search_text"])
            batch = []
    model.objects.bulk_update(batch, ["week", "search_text"])


class Migration(migrations.Migration):

    dependencies = [("directory", "0003_reviews_and_hours")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
