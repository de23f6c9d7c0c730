"""Error pages in the house's own look, and the living style guide."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from oms.faces.design import samples

ERRORS: dict[int, dict[str, Any]] = {
    400: {
        "title": "Не получилось прочитать запрос",
        "state": "warn",
        "icon": "circle-alert",
        "lines": ["Вернитесь на главную и начните снова. Сохранённые черновики остались на месте."],
    },
    403: {
        "title": "Эта страница вам не открыта",
        "state": "warn",
        "icon": "lock",
        "lines": [
            "Войдите под другой ролью или откройте нужный раздел с главной.",
            "Если форма долго стояла открытой, обновите её и отправьте ещё раз.",
        ],
    },
    404: {
        "title": "Такой страницы нет",
        "state": "neutral",
        "icon": "search",
        "lines": ["Проверьте адрес: могла потеряться буква. Ваши заявления и полис на месте."],
    },
    500: {
        "title": "Страница сейчас не открылась",
        "state": "danger",
        "icon": "refresh-cw",
        "lines": [
            "Мы уже знаем об этом и чиним. Отправленные заявления и черновики в сохранности.",
            "Попробуйте ещё раз через несколько минут.",
        ],
    },
}


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400."""
    return render(request, "design/error.html", ERRORS[400], status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403."""
    return render(request, "design/error.html", ERRORS[403], status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404."""
    return render(request, "design/error.html", ERRORS[404], status=404)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 of a form that stood open too long or came from another site."""
    return render(request, "design/error.html", ERRORS[403], status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: drawn without the request, its user or a database, all of which may be what broke."""
    try:
        text = render_to_string("design/error.html", ERRORS[500])
    except Exception:  # even the list of static files may be what broke
        text = render_to_string("design/error_bare.html", ERRORS[500])
    return HttpResponse(text, status=500)


def guide(request: HttpRequest) -> HttpResponse:
    """Every component and every field in all its states."""
    return render(request, "design/guide.html", samples.guide(request))


def sample(request: HttpRequest, name: str) -> HttpResponse:
    """One whole page as a face would build it: home, step, desk, sign-in."""
    return render(request, f"design/samples/{name}.html", samples.page(request, name))
