"""«Внешние реестры»: who the simulated registers know, and switches to let them fail."""

import json
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from oms.domain.register import invented
from oms.faces.demo.people import CAST_FROM, CITIZENS, Character
from oms.gateways.errors import Temporary
from oms.gateways.registers.asking import TITLES
from oms.gateways.registers.switches import Mode, switch, switches

MODES = (
    (Mode.ANSWERS, "Отвечает"),
    (Mode.SLOW, "Медленно, 3 с"),
    (Mode.STUCK, "Молчит"),
    (Mode.ERROR, "Ошибка 503"),
    (Mode.DOWN, "Обрывает связь"),
)
ENDINGS = (
    ("Номер паспорта на 13", "паспорт числится утраченным"),
    ("Номер паспорта на 17", "срок паспорта истёк"),
    ("Номер паспорта на 07", "не совпадёт фамилия"),
    ("Номер паспорта на 27", "не совпадёт дата рождения"),
    ("Номер паспорта на 99", "паспорта нет в реестре"),
    ("СНИЛС вида ***-***-*07 **", "не совпадёт фамилия"),
    ("СНИЛС вида ***-***-*99 **", "СНИЛС нет в реестре"),
)


def people(*, on: date) -> list[dict[str, Any]]:
    """Return those of the cast whom the registers know, as the simulator keeps them."""
    return [_known(one, on) for one in CITIZENS]


def write(file: Path, *, on: date) -> None:
    """Write the file the simulators read at their start."""
    file.write_text(json.dumps(people(on=on), ensure_ascii=False, indent=1))


@never_cache
@require_http_methods(["GET", "POST"])
def overview(request: HttpRequest) -> HttpResponse:
    """Show the switches; turn one (POST)."""
    if not (settings.DEMO or settings.ENV.is_test):
        raise Http404
    try:
        if request.method == "POST":
            return _turned(request)
        context = {"switches": switches(), "silent": False}
    except Temporary:
        context = {"silent": True}
    context |= {
        "title": "Внешние реестры",
        "crumbs": [
            {"title": "Кто есть кто", "url": reverse("demo:who-is-who")},
            {"title": "Внешние реестры", "url": ""},
        ],
        "modes": MODES,
        "endings": ENDINGS,
    }
    return render(request, "demo/registers.html", context)


def _turned(request: HttpRequest) -> HttpResponse:
    register, mode = request.POST.get("register", ""), request.POST.get("mode", "")
    if register not in TITLES or mode not in set(Mode):
        raise Http404
    switch(register=register, mode=Mode(mode))
    return redirect("demo:registers")


def _known(one: Character, on: date) -> dict[str, Any]:
    assert one.birth_date
    paper = invented.document(CAST_FROM + one.number, birth_date=one.birth_date, on=on)
    return {
        "family_name": one.family_name,
        "given_name": one.given_name,
        "patronymic": one.patronymic,
        "birth_date": one.birth_date.isoformat(),
        "sex": int(one.sex),
        "snils": invented.snils(CAST_FROM + one.number),
        "passport" if paper.kind == "14" else "birth_certificate": paper.series + paper.number,
    }
