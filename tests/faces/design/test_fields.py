"""Fields: the label names them, hint and error are tied to them, what was typed stays."""

from typing import Any

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template import Context, Template
from django.test import RequestFactory
from lxml import html

from oms.faces.design import samples, widgets

KINDS = list(samples.EveryField.base_fields)


def drawn(form: forms.Form) -> Any:
    return html.fromstring(f"<form>{form.render()}</form>")


def control(page: Any, name: str) -> Any:
    return page.xpath(f"//*[@name='{name}']")[0]


def described(page: Any, element: Any) -> list[str]:
    ids = (element.get("aria-describedby") or "").split()
    found = [page.get_element_by_id(name) for name in ids]
    return [" ".join(item.text_content().split()) for item in found]


@pytest.mark.parametrize("name", KINDS)
def test_each_kind_has_a_name_and_ties_its_hint_and_error(name: str) -> None:
    form = samples.EveryField(data={})
    page = drawn(form)
    field, bound = form.fields[name], form[name]
    element = control(page, name)
    group = element.xpath("ancestor::fieldset")
    if group:
        assert group[0].find("legend").text_content().strip() == bound.label
        element_told, telling = group[0], described(page, group[0])
        assert page.xpath(f"//label[@for='{element.get('id')}']")
    else:
        element_told, telling = element, described(page, element)
        label = page.xpath(f"//label[@for='{element.get('id')}']")[0]
        assert label.text_content().split("необязательно")[0].strip() == bound.label
    expected = [field.help_text] if field.help_text else []
    if field.required:
        expected.append(f"Ошибка: {form_error(form, name)}")
        assert group or element_told.get("aria-invalid") == "true"
    assert telling == expected
    assert (element.xpath("boolean(ancestor::*[contains(@class, 'bad')])")) is field.required


def form_error(form: forms.Form, name: str) -> str:
    return Template("{% load design %}{% for e in f|error_words %}{{ e }}{% endfor %}").render(
        Context({"f": form[name]})
    )


def test_all_ids_are_different() -> None:
    page = drawn(samples.EveryField(data={}))
    ids = page.xpath("//@id")
    assert len(ids) > 30
    assert len(ids) == len(set(ids))


def test_the_summary_leads_to_each_wrong_field() -> None:
    page = drawn(samples.EveryField(data={"surname": "Климова", "email": "anna@"}))
    summary = page.xpath("//*[@role='alert']")[0]
    assert summary.get("tabindex") == "-1"
    links = summary.xpath(".//a")
    assert len(links) == 13
    assert all(page.get_element_by_id(link.get("href")[1:]).get("name") for link in links)
    assert summary.find("h2").text_content().replace("\N{NO-BREAK SPACE}", " ") == (
        "Исправьте 13 полей"
    )


@pytest.mark.parametrize(
    ("wrong", "title"),
    [(0, ""), (1, "Исправьте одно поле"), (2, "Исправьте 2 поля"), (5, "Исправьте 5 полей")],
)
def test_the_summary_counts(wrong: int, title: str) -> None:
    form = type("F", (forms.Form,), {f"f{i}": forms.CharField() for i in range(wrong)})(data={})
    text = html.fromstring(f"<div>{form.render()}</div>").xpath("string(//h2)")
    assert text.replace("\N{NO-BREAK SPACE}", " ") == title


def test_a_mistake_of_the_whole_form_is_told() -> None:
    form = forms.Form(data={})
    form.add_error(None, "Код <b>устарел</b>. Запросите новый")
    page = drawn(form)
    assert page.xpath("string(//*[@role='alert']/h2)") == "Проверьте данные"
    assert page.xpath("string(//*[@role='alert']//li)") == "Код <b>устарел</b>. Запросите новый"


@pytest.mark.parametrize(
    "name", ["surname", "email", "phone", "snils", "birth", "code", "children"]
)
def test_what_was_typed_stays(name: str) -> None:
    typed = "<два> & «три»"
    assert control(drawn(samples.EveryField(data={name: typed})), name).get("value") == typed


def test_passwords_and_files_are_not_sent_back() -> None:
    page = drawn(
        samples.EveryField(
            data={"password": "тайна"}, files={"scan": SimpleUploadedFile("a.pdf", b"x")}
        )
    )
    assert "тайна" not in html.tostring(page, encoding="unicode")


def test_keyboards_and_autocomplete() -> None:
    page = drawn(samples.EveryField())
    wanted = {
        "code": ("text", "numeric", "one-time-code"),
        "birth": ("text", "numeric", "bday"),
        "phone": ("tel", "tel", "tel"),
        "email": ("email", None, "email"),
        "children": ("text", "numeric", None),
        "password": ("password", None, "new-password"),
    }
    keys = ("type", "inputmode", "autocomplete")
    assert wanted == {name: tuple(control(page, name).get(key) for key in keys) for name in wanted}


def test_good_marks_only_where_asked_and_right() -> None:
    data = {"surname": "Климова", "email": "anna@"}
    marked = drawn(samples.EveryField(data=data)).xpath("//*[contains(@class, ' good')]//@name")
    assert marked == ["surname"]
    plain = samples.EveryField(data=data)
    plain.show_good = False
    assert not drawn(plain).xpath("//*[contains(@class, ' good')]")
    assert not drawn(samples.EveryField(initial=data)).xpath("//*[contains(@class, ' good')]")


class Labelled(str):
    """A label with a hint, as forms below the faces may give it."""

    hint = "Подсказка"


def test_choices_show_hints_and_closed_ones() -> None:
    cards = widgets.RadioCards(hints={"a": "Одна"}, closed=frozenset({"b"}))
    first = forms.ChoiceField(choices=[("a", "А"), ("b", "Б"), ("c", Labelled("В"))], widget=cards)
    page = drawn(type("F", (forms.Form,), {"f": first})(initial={"f": "a"}))
    assert page.xpath("//*[@class='hint']/text()") == ["Одна", "Подсказка"]
    assert page.xpath("//input[@disabled]/@value") == ["b"]
    assert page.xpath("//input[@checked]/@value") == ["a"]


def test_widgets_we_do_not_dress_are_drawn_by_django() -> None:
    form = type("F", (forms.Form,), {"f": forms.SplitDateTimeField(required=False)})()
    assert len(drawn(form).xpath("//input")) == 2


def test_hidden_fields_are_in_the_form_and_their_errors_in_the_summary() -> None:
    field = forms.CharField(widget=forms.HiddenInput, error_messages={"required": "Начните снова"})
    page = drawn(type("F", (forms.Form,), {"key": field})(data={}))
    assert page.xpath("//input[@type='hidden']/@name") == ["key"]
    assert page.xpath("string(//*[@role='alert']//li)") == "Начните снова"


def test_csrf_token_is_in_the_sample_form() -> None:
    from oms.faces.design import views

    answer = views.sample(RequestFactory().get("/"), "step")
    assert html.fromstring(answer.content.decode()).xpath("//input[@name='csrfmiddlewaretoken']")
