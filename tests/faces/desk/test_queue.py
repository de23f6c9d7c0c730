"""The queue through its page: filters, search, paging, the case beside it."""

import re

import pytest
from tests.cases.test_queue import many
from tests.faces.desk.worlds import change_of, usual_day

from oms.cases.models import SavedFilter
from oms.faces.desk.pages import KEYS

pytestmark = pytest.mark.django_db


def numbers(page: str) -> list[str]:
    return [part[: part.index('"')] for part in page.split('data-case="')[1:]]


def test_filters_lead_to_their_cases(desk) -> None:
    world = usual_day(desk)
    client = desk.client(desk.irina)
    page = client.get("/desk/cases/").content.decode()
    assert 'aria-current="page">Мои' in page
    for name, case in (("overdue", "late"), ("waiting", "waiting"), ("unassigned", "new")):
        listed = numbers(client.get(f"/desk/cases/?filter={name}").content.decode())
        assert world[case].number in listed
        assert world["mine"].number not in listed
    page = client.get("/desk/cases/?filter=overdue").content.decode()
    assert "Просрочено на 5\N{NO-BREAK SPACE}часов" in page
    assert client.get("/desk/cases/?filter=nonsense&after=%00~1").status_code == 200


def test_search_keeps_names_out_of_addresses(desk) -> None:
    world = usual_day(desk)
    client = desk.client(desk.irina)
    answer = client.post("/desk/cases/", {"text": "  шереметьев "})
    assert answer["Location"] == "/desk/cases/?found=1"
    assert len(numbers(client.get(answer["Location"]).content.decode())) == 1
    by_number = client.post("/desk/cases/", {"text": world["rejected"].number.replace("-", " ")})
    assert by_number["Location"] == f"/desk/cases/{world['rejected'].number}/"
    assert client.post("/desk/cases/", {"text": " "})["Location"] == "/desk/cases/"
    for text in ("\0", "%", "'", "я" * 5000, "<script>"):
        page = client.post("/desk/cases/", {"text": text}, follow=True)
        assert page.status_code == 200
        assert "«<script>»" not in page.content.decode()


def test_filters_by_service_are_folded_until_one_is_on(desk) -> None:
    client = desk.client(desk.irina)
    fold = '<details class="details filters gap-top-small"'
    assert f"{fold}>" in client.get("/desk/cases/").content.decode()
    page = client.get("/desk/cases/?service=issue-policy").content.decode()
    assert f"{fold} open>" in page


def test_pages_hold_every_case_once(desk) -> None:
    many(60, desk.case)
    client, address, found = desk.client(desk.irina), "/desk/cases/?filter=all", []
    for _ in range(5):
        page = client.get(address).content.decode()
        found += numbers(page)
        if 'rel="next"' not in page:
            break
        address = page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert len(found) == len(set(found)) == 61


def test_the_case_stands_beside_the_queue(desk) -> None:
    client, number = desk.client(desk.irina), desk.case.number
    page = client.get(f"/desk/cases/?case={number}").content.decode()
    assert "Заявление и реестр" in page
    assert page.count("<h1") == 1
    pane = client.get(f"/desk/cases/{number}/", headers={"X-Pane": "1"}).content.decode()
    assert "Заявление и реестр" in pane
    assert "<html" not in pane
    assert 'data-key="t"' in pane


def test_a_filter_is_kept_under_a_name_of_ones_own(desk) -> None:
    # given cases of two services
    world = usual_day(desk)
    change = change_of(desk)
    irina, olga = desk.client(desk.irina), desk.client(desk.olga)
    address = "/desk/cases/?filter=all&service=change-insurer"
    assert numbers(irina.get(address).content.decode()) == [change.number]
    assert world["new"].number in numbers(irina.get("/desk/cases/?filter=all").content.decode())

    # when an operator gives the filter a name, twice
    typed = {"title": "  мои   замены ", "filter": "all", "service": "change-insurer"}
    for _twice in range(2):
        assert irina.post("/desk/cases/filters/", typed)["Location"] == address
    kept = SavedFilter.objects.get()

    # then it is there for her alone, and a wrong one changes nothing
    assert "мои замены</a>" in irina.get("/desk/cases/").content.decode()
    assert "мои замены</a>" not in olga.get("/desk/cases/").content.decode()
    assert olga.post(f"/desk/cases/filters/{kept.pk}/forget/").status_code == 404
    for wrong in ({"title": " "}, {"title": "x" * 41}, {"filter": "y"}, {"service": "z"}):
        irina.post("/desk/cases/filters/", typed | wrong)
    assert SavedFilter.objects.get() == kept

    # and goes when she wishes
    assert "Удалить отбор «мои замены»" in irina.get(address).content.decode()
    irina.post(f"/desk/cases/filters/{kept.pk}/forget/")
    assert not SavedFilter.objects.exists()


def test_the_list_of_keys_tells_every_key_of_the_pages(desk) -> None:
    """A key on a button that the list does not tell is a trap; one it tells must exist."""
    client = desk.client(desk.irina)
    queue = client.get("/desk/cases/").content.decode()
    desk.taken(desk.olga)
    numbers = desk.case.number, change_of(desk).number
    cases = (client.get(f"/desk/cases/{number}/").content.decode() for number in numbers)
    found = set(re.findall(r'data-key="(.)"', "".join((queue, *cases))))
    assert found == {key.lower() for key, _ in KEYS} - {"j", "k", "enter"}
