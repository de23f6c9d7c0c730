"""What an application concerns takes the place of «for whom»: a ward has a cabinet of their own."""

from django.db import migrations, models

OPEN = ["approved", "awaiting", "clarification", "draft", "in_work"]


def forget_self(apps, _editor):
    apps.get_model("cases", "Case").objects.filter(about="self").update(about="")


class Migration(migrations.Migration):
    dependencies = [("cases", "0003_representative")]

    operations = [
        migrations.RemoveConstraint("case", "cases_one_open_per_service"),
        migrations.RenameField("case", "for_whom", "about"),
        migrations.AlterField(
            "case",
            "about",
            models.CharField(
                blank=True,
                help_text="What it concerns: case:17, value:snils; else empty",
                max_length=64,
            ),
        ),
        migrations.RunPython(forget_self, migrations.RunPython.noop, elidable=True),
        migrations.AddConstraint(
            "case",
            models.UniqueConstraint(
                condition=models.Q(state__in=OPEN),
                fields=("applicant", "service", "about"),
                name="cases_one_open_per_service",
            ),
        ),
    ]
