"""The one page of the OpenID simulators: who do you want to be today?"""

from collections.abc import Iterable
from html import escape
from urllib.parse import urlencode

from oms.gateways.simulators.openid_people import Person

TITLES = {"esia": "Госуслуги", "bank": "Банк"}
STYLE = """
:root { color-scheme: light dark; --ink: #16202a; --soft: #4a5763; --line: #c3ccd4; --link: #0b4f9e;
  --paper: #fff; --ground: #eef1f4; --mark: #ffe08a; }
@media (prefers-color-scheme: dark) { :root { --ink: #eef2f6; --soft: #b7c2cc; --line: #4a5763;
  --link: #9cc7ff; --paper: #1c2731; --ground: #11181f; --mark: #5c4a00; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink);
  font: 17px/1.5 system-ui, sans-serif; }
header { background: var(--mark); padding: 10px 16px; text-align: center; font-weight: 600; }
main { max-width: 560px; margin: 24px auto; padding: 24px 20px; background: var(--paper);
  border: 1px solid var(--line); border-radius: 14px; }
h1 { font-size: 26px; line-height: 1.25; margin: 0 0 8px; }
p { margin: 0 0 14px; } .soft { color: var(--soft); font-size: 15px; }
ul { list-style: none; margin: 0 0 18px; padding: 0; border-top: 1px solid var(--line); }
li { border-bottom: 1px solid var(--line); padding: 12px 0; }
a { color: var(--link); } li a { display: inline-block; padding: 4px 0; font-weight: 600; }
a:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 4px; }
span { display: block; color: var(--soft); font-size: 15px; }
.cancel { display: inline-block; padding: 10px 0; }
"""


def choose(name: str, *, request: str, people: Iterable[Person]) -> str:
    """Return the page on which a synthetic person is picked, or all is cancelled."""
    rows = "".join(_row(request, person) for person in people)
    cancel = urlencode({"request": request, "cancel": 1})
    title = escape(TITLES[name])
    return _page(
        f"{title}: учебный поставщик",
        f"<h1>{title}: учебный вход</h1>"
        "<p>Настоящих людей здесь нет. Выберите, кем войти в кабинет ОМС.</p>"
        f"<ul>{rows}</ul>"
        + ("" if rows else "<p>Пока выбрать некого.</p>")
        + f'<a class="cancel" href="authorize/as?{escape(cancel)}">Отменить вход</a>',
    )


def refused(words: str) -> str:
    """Return the page for a request that must not be answered by a redirect."""
    return _page("Учебный поставщик", f"<h1>Вход не начался</h1><p>{escape(words)}</p>")


def _row(request: str, person: Person) -> str:
    query = escape(urlencode({"request": request, "person": person.subject}))
    level = "подтверждённая" if person.trusted else "упрощённая"
    words = escape(" · ".join(part for part in (f"{level} запись", person.story) if part))
    name = escape(person.name)
    return f'<li><a href="authorize/as?{query}">{name}</a><span>{words}</span></li>'


def _page(title: str, body: str) -> str:
    return (
        f'<!doctype html><html lang="ru"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="icon" href="data:,"><link rel="stylesheet" href="/style.css"></head>'
        "<body><header>Учебный поставщик: все люди и данные вымышлены</header>"
        f"<main>{body}</main></body></html>"
    )
