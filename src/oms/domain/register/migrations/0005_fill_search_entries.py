"""Names on record enter search: words with their slips, names borne before."""

from django.db import migrations

BATCH = 2000


def fill(apps, schema_editor):
    """Enter the names on record: words of all persons, names of closed versions."""
    from oms.domain.register.spelling import variants

    from oms.law.names import fold

    person, spelling = (apps.get_model("register", name) for name in ("InsuredPerson", "NameSpelling"))
    known = set()
    rows = person.objects.values_list("name_key", "family_name")
    for key, family in rows.iterator(BATCH):
        told = {(part, word) for part, word in zip((1, 2), key.split(" ")) if word} - known
        known |= told
        halves = [fold(half) for half in family.split("-")]
        spelling.objects.bulk_create(
            (
                spelling(part=part, variant=variant, word=word)
                for part, word in sorted(told)
                for variant in sorted(
                    variants(word).union(*map(variants, halves if part == 1 else ()))
                )
            ),
            ignore_conflicts=True,
        )
    fill_former(apps)


def fill_former(apps):
    """Enter the names that closed versions tell, with the birth date as it was then."""
    from oms.domain.register.data import name_key

    version, former = (apps.get_model("register", name) for name in ("PersonVersion", "FormerName"))
    closed = version.objects.exclude(valid_until=None)
    rows = []
    for pk, now, data in closed.values_list("person", "person__name_key", "data").iterator(BATCH):
        key = name_key(**{name: data[name] for name in ("family_name", "given_name", "patronymic")})
        if key != now:
            rows.append(former(person_id=pk, name_key=key, birth_date=data["birth_date"]))
        if len(rows) == BATCH:
            former.objects.bulk_create(rows, ignore_conflicts=True)
            rows = []
    former.objects.bulk_create(rows, ignore_conflicts=True)


class Migration(migrations.Migration):

    dependencies = [
        ('register', '0004_search_at_scale'),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
