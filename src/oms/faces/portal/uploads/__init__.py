"""Bringing files: one component for every page that asks for a document.

A view makes a slot, its template shows it:

    passport = slot(request, place(request, about=confirmation.key, slot="passport",
                    kind="passport"), title="Паспорт", hint="Разворот с фотографией")

    {% block head %}{{ block.super }}{% include "portal/uploads/head.html" %}{% endblock %}
    {% include "portal/uploads/slot.html" with slot=passport %}

Everything else (sending, progress, states, errors, replacing, removing) lives here. A slot has a
form of its own, so it stands beside the page's form, never in it. With the script the page stays
where it is; without it the form goes and the page comes back with the same list and the errors.
`places.py`: what a file is for, and when that takes none; `component.py`: what is shown;
`receiving.py`, `showing.py`: the addresses.
"""
