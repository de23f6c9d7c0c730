from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="case",
            name="question_documents",
            field=models.JSONField(
                default=list, help_text="Codes of documents the question asks for"
            ),
        ),
        migrations.AlterField(
            model_name="case",
            name="pinned",
            field=models.JSONField(
                default=dict,
                help_text="Versions of form, rules, term, texts and documents at submission",
            ),
        ),
    ]
