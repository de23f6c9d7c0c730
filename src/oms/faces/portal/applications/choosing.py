"""Which value is wrong: asked first, where somebody came without naming one."""

from django.http import HttpRequest, HttpResponse

from oms.catalog.declaration import PublicService
from oms.faces.design.parts import Crumb
from oms.faces.portal.cabinet import report_links
from oms.faces.portal.pages import address, page

GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "Личные данные",
        (
            *("family_name", "given_name", "patronymic", "birth_date", "birth_place"),
            *("sex", "citizenship", "snils", "document"),
        ),
    ),
    ("Адреса и контакты", ("registration", "residence", "phone", "email", "employment")),
    (
        "Полис",
        (
            *("policy_number", "policy_state", "policy_ends", "insurer", "chosen_on"),
            "clinic",
        ),
    ),
)


def choose_value(request: HttpRequest, service: PublicService) -> HttpResponse:
    """Show the values by groups, each a link to its own report."""
    return page(
        request,
        "portal/applications/values.html",
        section="services",
        title="Что неверно?",
        lead="Выберите строку, в которой ошибка. На каждую подают отдельное сообщение.",
        crumbs=[
            Crumb("Услуги", address("portal:services")),
            Crumb(service.title, address("portal:service", service.code)),
            Crumb("Что неверно"),
        ],
        groups=[(title, list(report_links(*names))) for title, names in GROUPS],
    )
