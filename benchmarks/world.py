"""Makes the demo world of a benchmark; prints what the load needs to know, as JSON.

python benchmarks/world.py PERSONS CITIZEN POLICIES
"""

import json
import sys

import django


def main() -> None:
    persons, citizen, asked = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    from oms.faces.demo import world

    world.create(persons=persons, progress=False)
    print(json.dumps(known(citizen, asked)))


def known(citizen: str, asked: int) -> dict[str, object]:
    from django.test import Client

    from oms.domain.accounts.models import User
    from oms.domain.register.models import Policy

    user = User.objects.get(email=f"{citizen}@people.example")
    client = Client()
    client.force_login(user)
    rows = Policy.objects.filter(state=Policy.State.ACTIVE).exclude(enp="")
    pairs = rows.order_by("pk").values_list("enp", "person__birth_date")[:asked]
    policies = [(enp, f"{born:%d.%m.%Y}") for enp, born in pairs]
    assert len(policies) == asked, f"only {len(policies)} policies in force"
    return {
        "session": client.session.session_key,
        "given_name": user.given_name,
        "policies": policies,
        "found_words": Policy.State.ACTIVE.label,
    }


if __name__ == "__main__":
    main()
