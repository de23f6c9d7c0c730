"""What a citizen's home page shows: the policy, what is asked of the person, open cases.

Nine queries however much has happened before: open cases are few by constraint.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from oms.cases import queries as cases
from oms.cases.models import Case
from oms.cases.states import State
from oms.catalog.values import VALUES
from oms.domain.accounts import queries as accounts
from oms.domain.accounts.models import Level, User
from oms.domain.booking import queries as booking
from oms.domain.papers import queries as papers
from oms.domain.register import agreement
from oms.domain.register import queries as register
from oms.domain.register.models import InsuredPerson, Policy
from oms.faces.design.parts import Fact, Link, Moment, PolicyCard
from oms.faces.design.parts import State as Tint
from oms.faces.design.templatetags.design import date_words, datetime_words
from oms.faces.portal.booking.own import when, who_sees
from oms.faces.portal.booking.words import capital
from oms.faces.portal.pages import address
from oms.law import dates
from oms.law.plural import plural
from oms.law.typed import NBSP

LOOK_AGAIN = timedelta(days=365)
CASES_SHOWN = 5

_REPORTED = ("policy_number", "policy_state", "insurer", "chosen_on")
CLINIC, UNTIL = "Поликлиника", "Действует по"
_SOMETIMES = {CLINIC: "clinic", UNTIL: "policy_ends"}
NUMBERS = {1: "Одно", 2: "Два", 3: "Три", 4: "Четыре"}

TINTS: dict[str, Tint] = {
    State.DRAFT: "neutral",
    State.AWAITING: "info",
    State.IN_WORK: "info",
    State.CLARIFICATION: "warn",
    State.PLANNED: "ok",
    State.APPROVED: "ok",
    State.READY: "ok",
    State.REJECTED: "danger",
    State.WITHDRAWN: "neutral",
}


@dataclass(frozen=True)
class Todo:
    """One thing asked of the person, with its button."""

    title: str
    text: str
    url: str
    action: str
    icon: str
    tint: Tint


@dataclass(frozen=True)
class OpenCase:
    """A submitted case on its way: where to look, how it stands, four moments of it."""

    title: str
    number: str
    url: str
    word: str
    tint: Tint
    clock: str
    moments: Sequence[Moment]


@dataclass(frozen=True)
class NextVisit:
    """The nearest visit to a doctor."""

    url: str
    when: str
    doctor: str
    place: str


@dataclass(frozen=True)
class Cabinet:
    """Everything on the home page."""

    sentence: str
    policy: PolicyCard | None
    insurer: Sequence[Fact]
    insurer_name: str
    insurer_url: str
    stale_since: str
    tasks: Sequence[Todo]
    cases: Sequence[OpenCase]
    visit: NextVisit | None = None
    is_merged: bool = False
    """Another record of the register stands for the person: the policy is there."""


def of(user: User, *, at: datetime, is_own: bool = True) -> Cabinet:
    """Gather the home page of a person; `is_own` when they themself look at it."""
    policy = register.card_of(user)
    person = policy.person if policy else register.person_of(user)
    policy = policy or _latest_policy(person)
    opened = cases.opened(user)
    in_work = [case for case in opened if case.state != State.DRAFT]
    insurer = policy.insurer if policy and _is_in_force(policy) else None
    return Cabinet(
        sentence=sentence(person, policy, opened, at=at),
        policy=_card(user, person, policy) if person and policy else None,
        insurer=tuple(_contacts(policy)) if insurer else (),
        insurer_name=insurer.short_name if insurer else "",
        insurer_url=address("portal:insurer", insurer.code) if insurer else "",
        stale_since=_stale(person, at),
        tasks=tuple(_tasks(user, person, opened, at=at, is_own=is_own)),
        cases=[_open_case(case, at=at) for case in in_work[:CASES_SHOWN]],
        visit=_visit(person, at=at),
        is_merged=_is_merged(person, policy),
    )


def _visit(person: InsuredPerson | None, *, at: datetime) -> NextVisit | None:
    found = booking.next_visit(person, at=at) if person else None
    if found is None:
        return None
    return NextVisit(
        url=address("portal:visit", found.number),
        when=capital(when(found, at=at)),
        doctor=who_sees(found),
        place=found.position.clinic.short_name,
    )


def sentence(
    person: InsuredPerson | None, policy: Policy | None, opened: Sequence[Case], *, at: datetime
) -> str:
    """Say in one or two short sentences how things stand."""
    waiting = sum(case.state == State.CLARIFICATION for case in opened)
    moving = sum(case.state not in (State.DRAFT, State.CLARIFICATION) for case in opened)
    words = [_policy_words(person, policy, at)]
    if waiting:
        verb = plural(waiting, "ждёт", "ждут", "ждут")
        words.append(f"{_applications(waiting)} {verb} вашего ответа.")
    elif moving:
        words.append(f"{_applications(moving)} в{NBSP}работе.")
    return " ".join(words)


def _applications(count: int) -> str:
    word = plural(count, "заявление", "заявления", "заявлений")
    return f"{NUMBERS.get(count, count)}{NBSP}{word}"


def _policy_words(person: InsuredPerson | None, policy: Policy | None, at: datetime) -> str:
    if person is None:
        return "Полиса в кабинете пока нет."
    if _is_merged(person, policy):
        return "Две записи в реестре объединили: полис теперь в основной."
    if policy is None or not _is_in_force(policy):
        return "Действующего полиса сейчас нет."
    if policy.state == Policy.State.SUSPENDED:
        return "Полис приостановлен."
    if _is_over(policy, at):
        return f"Срок действия полиса истёк {dates.long(policy.ends_on)}" if policy.ends_on else ""
    until = f" до {dates.long(policy.ends_on)}" if policy.ends_on else ""
    return f"Полис действует{until}" + ("" if until else ".")


def _latest_policy(person: InsuredPerson | None) -> Policy | None:
    """Return the policy a person had last; that of a merged record goes on in another."""
    if person is None or _is_merged(person, None):
        return None
    return person.policies.select_related("insurer").order_by("-begins_on", "-pk").first()


def _is_merged(person: InsuredPerson | None, policy: Policy | None) -> bool:
    """Whether another record stands for the person; with a policy in hand nobody need ask."""
    return policy is None and person is not None and person.state == InsuredPerson.State.MERGED


def _is_in_force(policy: Policy) -> bool:
    return policy.state in (Policy.State.ACTIVE, Policy.State.SUSPENDED)


def _is_over(policy: Policy, at: datetime) -> bool:
    return policy.ends_on is not None and policy.ends_on < timezone.localdate(at)


def _card(user: User, person: InsuredPerson, policy: Policy) -> PolicyCard:
    active = policy.state == Policy.State.ACTIVE
    facts = tuple(_facts(person, policy))
    titles = {fact.title for fact in facts}
    reported = [*_REPORTED, *(name for title, name in _SOMETIMES.items() if title in titles)]
    return PolicyCard(
        number=policy.enp or policy.blank_number,
        word=policy.get_state_display(),
        icon="check" if active else "circle-alert",
        active=active,
        facts=facts,
        links=tuple(_links(user)) if _is_in_force(policy) else (),
        reports=tuple(report_links(*reported)),
    )


def _facts(person: InsuredPerson, policy: Policy) -> Iterator[Fact]:
    yield Fact("Страховая организация", policy.insurer.short_name)
    chosen = register.insured_since(policy)
    if chosen:
        yield Fact("Выбрана", dates.long(chosen))
    if policy.ends_on:
        yield Fact(UNTIL, dates.long(policy.ends_on))
    attachment = register.attachment_of(person)
    if attachment:
        yield Fact(CLINIC, attachment.clinic.short_name)
    if policy.state == Policy.State.SUSPENDED:
        yield from _suspended(person)
    if policy.confirmation and policy.confirmed_at:
        when = dates.short(timezone.localdate(policy.confirmed_at))
        yield Fact("Подтверждён", f"{when}, №{NBSP}{policy.confirmation}")
    yield Fact("Сведения на", datetime_words(person.synced_at))


def _suspended(person: InsuredPerson) -> Iterator[Fact]:
    suspension = register.suspension_of(person)
    if suspension:
        until = suspension.valid_until
        yield Fact("Возобновится", dates.long(until) if until else "после службы")


def report_links(*names: str) -> Iterator[Link]:
    """Return where an error in each of these values is reported (SRV-13)."""
    url = address("portal:start", "error-report")
    for name in names:
        yield Link(VALUES[name].label, f"{url}?about={name}")


def _links(user: User) -> Iterator[Link]:
    yield Link("Показать код", address("portal:policy_code"), "qr-code")
    number = papers.extract_number(user=user)
    if number:
        yield Link("Выписка", address("portal:document", number), "file-text")
    else:
        yield Link("Выписка", address("portal:service", "policy-extract"), "file-text")


def _contacts(policy: Policy | None) -> Iterator[Fact]:
    if policy is None:
        return
    insurer = policy.insurer
    lines = (
        ("Горячая линия", insurer.hot_line or insurer.phone),
        ("Почта", insurer.email),
        ("Офис", insurer.actual_address or insurer.legal_address),
        ("Сайт", insurer.site),
    )
    for title, value in lines:
        if value:
            yield Fact(title, value)


def _stale(person: InsuredPerson | None, at: datetime) -> str:
    if person is None or not agreement.is_stale(person, at=at):
        return ""
    return datetime_words(person.synced_at)


def _tasks(
    user: User,
    person: InsuredPerson | None,
    opened: Sequence[Case],
    *,
    at: datetime,
    is_own: bool,
) -> Iterator[Todo]:
    for case in opened:
        if case.state == State.CLARIFICATION:
            yield _question(case)
    for case in opened:
        if case.state == State.DRAFT:
            yield _draft(case)
    if not is_own:
        return  # the account's own matters are its owner's
    if user.level != Level.CONFIRMED:
        yield Todo(
            "Подтвердите личность",
            "Один раз, за несколько минут. Откроются все услуги, а полис появится сам",
            address("identity_menu"),
            "Подтвердить",
            "user-check",
            "info",
        )
    if why := _look_due(user, person, at):
        yield Todo(
            "Проверьте свои данные",
            why,
            address("account_profile_check"),
            "Проверить",
            "id-card",
            "info",
        )
    if accounts.needs_factor_offer(user):
        yield Todo(
            "Защитите вход вторым шагом",
            "Ключ доступа, приложение или СМС: чужой не войдёт, даже если узнает пароль",
            address("account_offer"),
            "Включить",
            "shield-check",
            "info",
        )


def _look_due(user: User, person: InsuredPerson | None, at: datetime) -> str:
    """Say why the person should look at their data once more; nothing when they need not."""
    seen_at = accounts.profile_seen_at(user)
    if at - seen_at > LOOK_AGAIN:
        return "Прошёл год. Посмотрите, всё ли верно: займёт минуту"
    if person is not None and register.moved_since(person, since=seen_at):
        return "Вы переехали. Посмотрите, верны ли адрес, телефон и почта"
    return ""


def _question(case: Case) -> Todo:
    by = f"Ответьте до {dates.long(timezone.localdate(case.answer_by))}" if case.answer_by else ""
    about = f"{cases.service_title(case)}, дело {case.number}"
    return Todo(
        "Ответьте на вопрос по заявлению",
        ". ".join(filter(None, (about, by))),
        address("portal:case", case.number),
        "Ответить",
        "circle-alert",
        "warn",
    )


def _draft(case: Case) -> Todo:
    return Todo(
        "Закончите черновик",
        f"{cases.service_title(case)}. Сохранён {datetime_words(case.saved_at)}",
        address("portal:case", case.number),
        "Продолжить",
        "pen-line",
        "neutral",
    )


def _open_case(case: Case, *, at: datetime) -> OpenCase:
    return OpenCase(
        title=cases.service_title(case),
        number=case.number,
        url=address("portal:case", case.number),
        word=cases.state_title(case),
        tint=TINTS[case.state],
        clock=cases.clock(case, at=at).words,
        moments=moments(case),
    )


def moments(case: Case) -> list[Moment]:
    """Return at most four moments of a case: the first, the last done, now, next."""
    lines = cases.timeline(case)
    done = [line for line in lines if line.state == "done"]
    shown = [*done[:1], *(done[-1:] if len(done) > 1 else ())]
    shown += [line for line in lines if line.state == "now"][:1]
    shown += [line for line in lines if line.state == "next"][: 4 - len(shown)]
    return [Moment(line.title, line.state, _when(line)) for line in shown]


def _when(line: cases.TimelineLine) -> str:
    if line.at is None:
        return ""
    if line.state == "done":
        return datetime_words(line.at)
    return f"до {date_words(line.at)}"
