"""Every address with an object in it × everybody it is not meant for: nothing opens or changes.

`ANNAS` has a line for each such address; one that is forgotten fails the test. Each is asked for
Anna's object and for one that does not exist: the answers must be the same.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from functools import partial
from itertools import zip_longest
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib.sessions.models import Session
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from tests import factories as make
from tests import visits as clinics
from tests.cases.test_representatives import right, ward
from tests.signing_in import sign_in

from oms.cases.models import AnswerTemplate, Case, ExportRequest, SavedFilter
from oms.domain.accounts.access import CABINET
from oms.domain.accounts.models import (
    AccountRequest,
    Counter,
    Export,
    OutsideAccount,
    Puzzle,
    Representation,
    Role,
    User,
    Visit,
)
from oms.domain.accounts.requests import ask
from oms.domain.booking import waiting
from oms.domain.booking.models import (
    Appointment,
    DayChange,
    LateRequest,
    Offer,
    Shift,
    WaitingEntry,
)
from oms.domain.directory.models import Review
from oms.domain.documents.models import Document
from oms.domain.duplicates import merging
from oms.domain.duplicates.models import Merge, Pair
from oms.domain.exchange.models import ExchangeFile
from oms.domain.identity import actions as identity
from oms.domain.identity import visits
from oms.domain.identity.methods import in_person, video
from oms.domain.identity.models import Confirmation
from oms.domain.journal.actions import SYSTEM
from oms.domain.journal.models import Entry
from oms.domain.notifications.models import Delivery as Letter
from oms.domain.notifications.models import Message, Subscription
from oms.domain.papers import deliveries
from oms.domain.papers.actions import issue
from oms.domain.papers.models import Delivery, DetachedSignature, Paper, PaperBatch
from oms.domain.quality.models import Batch, Finding, Repair
from oms.domain.register import actions as register
from oms.domain.register.models import InsuredPerson
from oms.faces.portal.applications import keeping
from oms.law import case_number

pytestmark = pytest.mark.django_db
NOW = make.NOON + timedelta(hours=2)
WEBM = b"\x1a\x45\xdf\xa3" + bytes(range(256)) * 100
SURNAME = "Незабудкина-Ветрова"
PHONE, EMAIL, SNILS = "+79005550123", "nezabudkina@example.org", "11223344595"
SECRETS = (SURNAME, "Незабудкин", PHONE, "555-01-23", EMAIL, SNILS, "112-233-445 95", "Секретово")


@dataclass
class Anna:
    """One of everything, Anna's."""

    user: User
    child: User
    person: InsuredPerson
    draft: Case
    case: Case
    paper: Paper
    message: Message
    document: Document
    enclosed: Document
    right: Representation
    over: Representation
    certificate: Document
    filmed: Confirmation
    visit: Confirmation
    doubtful: Confirmation
    request: AccountRequest
    passkey: Authenticator
    there: Visit
    look: Entry
    letter: Letter
    browser: Subscription
    phrase: AnswerTemplate
    kept_filter: SavedFilter
    wish: ExportRequest
    mended: Repair
    sent: ExchangeFile
    pair: Pair
    merge: Merge
    order: PaperBatch
    copy: Delivery
    review: Review
    appointment: Appointment
    entry: WaitingEntry
    asked: LateRequest
    offered: Offer
    shift: Shift
    changed: DayChange
    guardian: User = field(repr=False)


Made = Callable[[Anna], dict[str, Any]]


def _draft(anna: Anna, **more: Any) -> dict[str, Any]:
    return {"number": anna.draft.number, **more}


def _case(anna: Anna, **more: Any) -> dict[str, Any]:
    return {"number": anna.case.number, **more}


def _scan(anna: Anna, **more: Any) -> dict[str, Any]:
    return {"number": anna.case.number, "code": anna.enclosed.code, **more}


def _upload(anna: Anna, **more: Any) -> dict[str, Any]:
    return {"code": anna.document.code, **more}


def _right(anna: Anna, **more: Any) -> dict[str, Any]:
    return {"pk": anna.right.pk, **more}


def _paper(anna: Anna) -> dict[str, Any]:
    return {"number": anna.paper.number}


def _appointment(anna: Anna, **more: Any) -> dict[str, Any]:
    return {"number": anna.appointment.number, **more}


def _booked(anna: Anna, **more: Any) -> dict[str, Any]:
    return {"pk": anna.appointment.pk, **more}


def _post(anna: Anna, **more: Any) -> dict[str, Any]:
    return {"pk": anna.appointment.position_id, **more}


def _entry(anna: Anna) -> dict[str, Any]:
    return {"pk": anna.entry.pk}


def _copy(anna: Anna) -> dict[str, Any]:
    return {"pk": anna.copy.pk}


def _account(anna: Anna) -> dict[str, Any]:
    return {"pk": anna.user.pk}


ANNAS: Mapping[str, Made] = {
    "desk:case": _case,
    "desk:approve": _case,
    "desk:ask": _case,
    "desk:reject": _case,
    "desk:confirm": _case,
    "desk:note": _case,
    "desk:phrase_remove": lambda anna: {"pk": anna.phrase.pk},
    "desk:filter_forget": lambda anna: {"pk": anna.kept_filter.pk},
    "desk:export_file": lambda anna: {"pk": anna.wish.pk},
    "desk:export_settle": lambda anna: {"pk": anna.wish.pk},
    "desk:left": _case,
    "desk:press": partial(_case, move="take"),
    "desk:scan": _scan,
    "desk:scan_file": _scan,
    "desk:scan_judge": _scan,
    "desk:scan_page": partial(_scan, page_number=1),
    "desk:copy": _copy,
    "desk:issued": lambda anna: {"pk": anna.order.pk},
    "desk:issued_archive": lambda anna: {"pk": anna.order.pk},
    "desk:exchange_file": lambda anna: {"pk": anna.sent.pk},
    "desk:exchange_protocol": lambda anna: {"pk": anna.sent.pk, "kind": "p"},
    "desk:exchange_person": lambda anna: {"pk": anna.person.pk},
    "desk:duplicates_pair": lambda anna: {"pk": anna.pair.pk},
    "desk:duplicates_merge": lambda anna: {"pk": anna.merge.pk},
    "desk:duplicates_newcomer": _case,
    "desk:copy_hand_over": _copy,
    "desk:copy_return": _copy,
    "desk:person": lambda anna: {"pk": anna.person.pk},
    "desk:person_history": lambda anna: {"pk": anna.person.pk},
    "desk:person_day": lambda anna: {"pk": anna.person.pk},
    "desk:person_quality": lambda anna: {"pk": anna.person.pk},
    "desk:quality_accept": lambda anna: {"pk": anna.mended.finding_id},
    "desk:quality_undo": lambda anna: {"pk": anna.mended.pk},
    "desk:quality_batch": lambda anna: {"pk": anna.mended.batch_id},
    "desk:quality_batch_undo": lambda anna: {"pk": anna.mended.batch_id},
    "desk:visit": lambda anna: {"pk": anna.visit.pk},
    "desk:identity_link": lambda anna: {"pk": anna.doubtful.pk},
    "desk:identity_sheet": lambda anna: {"pk": anna.filmed.pk},
    "desk:identity_video": lambda anna: {"pk": anna.filmed.pk},
    "desk:identity_picture": lambda anna: {"pk": anna.filmed.pk, "slot": "passport"},
    "desk:request": lambda anna: {"number": anna.request.number},
    "desk:account": _account,
    "desk:account_block": _account,
    "desk:account_unblock": _account,
    "desk:account_sign_out": _account,
    "desk:review": lambda anna: {"pk": anna.review.pk},
    "desk:booking_for": lambda anna: {"pk": anna.person.pk},
    "desk:booking_wait": lambda anna: {"pk": anna.person.pk},
    "desk:booking_offer": lambda anna: {"pk": anna.offered.pk, "said": "yes"},
    "desk:booking_visit": _booked,
    "desk:booking_cancel": _booked,
    "desk:booking_move": _booked,
    "desk:booking_press": partial(_booked, move="arrive"),
    "desk:booking_late_decide": lambda anna: {"pk": anna.asked.pk},
    "desk:booking_schedule": _post,
    "desk:booking_shift_new": _post,
    "desk:booking_shift": lambda anna: _post(anna, shift=anna.shift.pk),
    "desk:booking_propose": _post,
    "desk:booking_changed": lambda anna: {"pk": anna.changed.pk},
    "desk:ward": _right,
    "desk:ward_confirm": _right,
    "desk:ward_paper": lambda anna: _right(anna, code=anna.certificate.code, number=1),
    "desk:ward_move": partial(_right, move="refuse"),
    "account_ward": _right,
    "account_ward_open": _right,
    "account_ward_switch": _right,
    "account_ward_hand_in": _right,
    "account_ward_scope": _right,
    "account_ward_revoke": _right,
    "account_passkey": lambda anna: {"pk": anna.passkey.pk},
    "account_passkey_off": lambda anna: {"pk": anna.passkey.pk},
    "account_sign_out_there": lambda anna: {"pk": anna.there.pk},
    "portal:upload": _upload,
    "portal:upload_state": _upload,
    "portal:upload_file": _upload,
    "portal:upload_replace": _upload,
    "portal:upload_remove": _upload,
    "portal:upload_keep": _upload,
    "portal:upload_send": _upload,
    "portal:upload_preview": partial(_upload, number=1),
    "portal:document": _paper,
    "portal:document_pdf": _paper,
    "portal:document_send": _paper,
    "portal:document_sig": _paper,
    "portal:message": lambda anna: {"pk": anna.message.pk},
    "portal:message_resend": lambda anna: {"pk": anna.message.pk, "delivery": anna.letter.pk},
    "account_push_off": lambda anna: {"pk": anna.browser.pk},
    "portal:complain": lambda anna: {"number": anna.look.pk},
    "portal:case": _case,
    "portal:case_print": _case,
    "portal:case_pdf": _case,
    "portal:case_send": _case,
    "portal:enclose": _draft,
    "portal:take_reading": _draft,
    "portal:check": _draft,
    "portal:sign": _draft,
    "portal:sign_again": _draft,
    "portal:submitted": _case,
    "portal:answer": _case,
    "portal:withdraw": _case,
    "portal:cancel_plan": _case,
    "portal:discard": _draft,
    "portal:repeat": _case,
    "portal:step": partial(_draft, step="reason"),
    "portal:autosave": partial(_draft, step="reason"),
    "portal:visit": _appointment,
    "portal:visit_confirm": _appointment,
    "portal:visit_release": _appointment,
    "portal:visit_done": _appointment,
    "portal:visit_move": _appointment,
    "portal:visit_move_day": partial(_appointment, on="2026-10-08"),
    "portal:visit_cancel": _appointment,
    "portal:visit_late": _appointment,
    "portal:visit_certificate": _appointment,
    "portal:visit_offer": _appointment,
    "portal:visit_pdf": _appointment,
    "portal:visit_calendar": _appointment,
    "portal:waiting_entry": _entry,
    "portal:waiting_answer": _entry,
    "portal:waiting_wishes": _entry,
    "portal:waiting_leave": _entry,
}
BEARERS = {
    "account_unlock": "token",
    "account_access_open": "token",
    "account_undo_link": "token",
    "account_puzzle_picture": "key",
    "portal:verify_code": "code",
    "portal:visit_answer": "token",
    "portal:calendar_feed": "token",
}
"""The address itself is the right: a code nobody can guess. Any other is not found."""
NOBODYS = {
    "demo:enter", "demo:outbox-message", "design:sample",  # of the demonstration only
    "account_ward_add", "account_consent", "account_access_code", "account_access_again",
    "account_contact", "account_contact_code", "account_contact_again", "account_profile_part",
    "account_contact_right", "desk:quality_together", "desk:text", "desk:text_restore",
    "account_outside_back", "account_outside_unlink", "account_outside",
    "portal:service", "portal:insurer", "portal:clinic", "portal:start",
    "portal:insurer_reviews", "portal:clinic_reviews", "portal:insurer_review",
    "portal:clinic_review", "portal:review_report",
    "portal:applications_export",
    "portal:doctor", "portal:doctor_day", "portal:doctor_reviews", "portal:doctor_review",
    "fhir:kind", "fhir:search", "fhir:nowhere",
    "fhir:instance",  # for programs, by their token: tests/faces/api
}  # fmt: skip
"""The address names a kind of thing: a service, an insurer, a contact of whoever asks."""
TYPED = {
    "confirm": "1", "accept": "1", "verb": "take", "reason": "other", "text": "Слова", "name": "Я",
    "words": "Слова", "purpose": "call", "comment": "Слова", "seen": ["face", "digits", "document"],
    "done": "yes", "answer": "Слова", "code": "123456", "scope": ["view"], "person": "1",
    "taken_by": "Кто-то", "wish": "cancel", "document": "паспорт 1", "note": "Слова",
}  # fmt: skip
LETS_BE = (Session, Counter, Puzzle, Visit)
ENTITLED = {
    "support": {"desk:request", "desk:review"},
    "administrator": {"desk:request", "desk:review"},
}
"""Who helps people opens any request and review of theirs; it tells no more than was typed."""


@pytest.fixture(autouse=True)
def _the_day_is_fixed() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False), override_settings(WHITENOISE_AUTOREFRESH=True):
        yield


@pytest.fixture(autouse=True)
def _stores_of_our_own(tmp_path: Any, settings: Any) -> None:
    backend = "django.core.files.storage.FileSystemStorage"
    own = {
        name: {"BACKEND": backend, "OPTIONS": {"location": tmp_path / name}}
        for name in ("papers", "documents")
    }
    settings.STORAGES = {**settings.STORAGES, **own}


@pytest.fixture
def anna(db: None) -> Anna:
    user = make.user(
        family_name=SURNAME, phone=PHONE, email=EMAIL, email_confirmed_at=make.NOON, snils=SNILS
    )
    case = make.submitted(user, family_name=SURNAME)
    film = video.begin(user=user, at=NOW)
    video.keep_video(confirmation=film, content=WEBM, said=film.details["digits"], at=NOW)
    filmed, visit = video.submit(confirmation=film, at=NOW), in_person.begin(user=user, at=NOW)
    doubtful = identity.begin(user=user, method="documents", at=NOW)
    person = make.insured(user, registration="г. Секретово, ул. Тайная, д. 1")
    make.insurer("77002")
    child, guardian = ward(family_name=SURNAME), make.user(family_name="Опекунова")
    own = right(
        user, child, state="asked", due_at=NOW + timedelta(days=5), paper_key="3:IIАК654321"
    )
    over = right(guardian, user, kind="guardian", ends_on=make.TODAY - timedelta(days=1))
    guardian.has_wards = True
    guardian.save()
    register.look(people=[person], by=make.operator(), purpose="Сверка", at=NOW)
    doubtful.link = Confirmation.Link.DOUBTFUL
    doubtful.details = {"candidates": [person.pk]}
    doubtful.save()
    visits.find(code=in_person.code_of(visit), by=make.operator(), at=NOW)
    paper = issue(
        kind="policy-extract", person=person, basis="case:1", key="case:1", by=SYSTEM, at=NOW
    )
    DetachedSignature.objects.create(paper=paper, content=b"0", signer="Кабинет", made_at=NOW)
    message = Message.objects.create(
        user=user, kind="case-approved", title=SURNAME, body=SURNAME, key="told:1", at=NOW
    )
    letter = Letter.objects.create(
        message=message, user=user, channel="email", address=EMAIL, text=SURNAME, key="told:1/mail",
        state="failed", next_at=NOW, created_at=NOW,
    )  # fmt: skip
    browser = Subscription.objects.create(
        user=user, endpoint="https://fcm.googleapis.com/anna", p256dh="p", auth="a",
        agent=SURNAME, created_at=NOW,
    )  # fmt: skip
    boss = make.user(role="supervisor", organization="insurer:77009")
    phrase = AnswerTemplate.objects.create(
        organization="insurer:77009", kind="question", title="я", text=SURNAME, by=boss, at=NOW
    )
    kept_filter = SavedFilter.objects.create(user=boss, title="я", filter="all", at=NOW)
    wish = ExportRequest.objects.create(
        organization="insurer:77009", by=boss, purpose=SURNAME, kind="csv", rows=1, asked_at=NOW,
        since=make.TODAY, until=make.TODAY, state="waiting",
    )  # fmt: skip
    order = PaperBatch.objects.create(
        key=SURNAME, kind="policy-extract", persons=[person.pk], lines=[1], purpose=SURNAME,
        organization="insurer:77009", ordered_by=boss.key, ordered_at=NOW, finished_at=NOW,
    )  # fmt: skip
    sent = ExchangeFile.objects.create(
        name="i77001_01_1", digest="0" * 64, size=1, insurer=make.insurer(), point="01",
        origin="desk", brought_by=boss.key, state="done", received_at=NOW, finished_at=NOW,
    )  # fmt: skip
    fault = Finding.objects.create(
        rule="Q063", severity=1, person=person, region_id="77", insurer_id="77001", text=SURNAME,
        found_at=NOW,
    )  # fmt: skip
    batch = Batch.objects.create(
        key=SURNAME, rule="Q063", by=boss.key, region_id="77", insurer_id="77001", made_at=NOW
    )
    mended = Repair.objects.create(
        finding=fault, batch=batch, person=person, region_id="77", insurer_id="77001",
        way="fields", before={"family_name": "А"}, after={"family_name": "Б"}, by=boss.key,
        made_at=NOW,
    )  # fmt: skip
    again, before = (make.person(given_name=name, family_name=SURNAME) for name in ("Яна", "Ева"))
    pair = Pair.objects.create(
        left=person, right=again, region_id="77", weight=9, fields=[], found_by="entry",
        found_at=NOW,
    )  # fmt: skip
    merge = merging.merge(kept=person, other=before, by=SYSTEM, at=NOW, reason=SURNAME)
    return Anna(
        user, child, person, mended=mended, sent=sent, case=case, right=own, over=over,
        pair=pair, merge=merge, guardian=guardian,
        draft=make.draft("change-insurer", user, make.typed_change()),
        paper=paper,
        copy=deliveries.prepare(
            paper=paper, insurer=make.insurer(), way="post", address="г. Секретово, ул. Тайная",
            basis="case:2", by=SYSTEM, at=NOW, on=make.TODAY,
        ),
        message=message, letter=letter, browser=browser, phrase=phrase, wish=wish,
        kept_filter=kept_filter, order=order,
        review=Review.objects.create(
            author=user, organization="insurer:77009", stars=1, text=SURNAME, sent_at=NOW
        ),
        appointment=(
            booked := clinics.booked(
                clinics.slot(clinics.position(clinic=clinics.clinic("770009"))), person
            )
        ),
        asked=LateRequest.objects.create(
            appointment=booked, clinic_id="770009", wish="cancel", words=SURNAME, asked_at=NOW
        ),
        offered=Offer.objects.create(
            slot=clinics.slot(booked.position, NOW + timedelta(days=9)), instead_of=booked,
            made_at=NOW, until=NOW + timedelta(days=1),
        ),
        shift=Shift.objects.create(
            position=booked.position, weekday=0, begins=time(9), ends=time(12), minutes=15,
            from_day=make.TODAY,
        ),
        changed=DayChange.objects.create(
            clinic_id="770009", position=booked.position, day=make.TODAY, kind="closed",
            reason=SURNAME, made_at=NOW, made_by=boss.key,
        ),
        entry=waiting.join(
            person=person, wishes=waiting.Wishes(make.TODAY), by=user.actor, user=user, at=NOW,
            speciality="surgery", region=make.region(),
        ),
        document=make.document(user, uploaded_by=guardian, name=f"{SURNAME}.jpg"),
        enclosed=Document.objects.filter(about=case.key)[0],
        certificate=make.document(user, about=own.key, slot="basis", kind="birth-certificate"),
        filmed=filmed, visit=visit, doubtful=doubtful,
        request=ask(
            kind=AccountRequest.Kind.LOOK, user=user, typed={}, text=SURNAME, about="journal:1",
            at=NOW,
        ),
        passkey=Authenticator.objects.create(user=user, type="webauthn", data={"name": SURNAME}),
        there=Visit.objects.create(user=user, session_key="another", started_at=NOW),
        look=Entry.objects.filter(act="person.read").latest("pk"),
    )  # fmt: skip


def _staff(role: Role, organization: str = "") -> Client:
    return sign_in(Client(), make.user(role=role, organization=organization))


def _ended(anna: Anna) -> Client:
    """The cabinet was open when the right ended."""
    client = sign_in(Client(), anna.guardian)
    session = client.session
    session[CABINET] = anna.over.pk
    session.save()
    return client


ENDED = "representative whose right has ended"
STRANGERS: Mapping[str, Callable[[Anna], Client]] = {
    "visitor": lambda _: Client(),
    "citizen": lambda _: sign_in(Client(), make.user()),
    ENDED: _ended,
    "other insurer": lambda _: sign_in(Client(), make.operator(make.insurer("77002"))),
    "other fund": lambda _: sign_in(Client(), make.operator(make.fund("50"))),
    "clinic": lambda _: _staff(Role.REGISTRAR, "clinic:770001"),
    "support": lambda _: _staff(Role.SUPPORT),
    "supervisor": lambda _: _staff(Role.SUPERVISOR, "insurer:77001"),
    "administrator": lambda _: _staff(Role.ADMINISTRATOR),
}


def patterns(
    resolver: URLResolver | None = None, space: str = "", way: str = ""
) -> Iterator[tuple[str, str]]:
    """Name and path of every address with something in it that changes."""
    for one in (resolver or get_resolver()).url_patterns:
        path = way + str(one.pattern)
        if isinstance(one, URLResolver):
            inner = f"{one.namespace}:" if one.namespace else space
            yield from patterns(one, inner, path)
        elif isinstance(one, URLPattern) and ("<" in path):
            yield f"{space}{one.name}", path


def unknown(value: Any) -> Any:
    """A well-formed key of the same kind that nothing has."""
    if isinstance(value, int):
        return 987_654_321
    if value[:3] == "26-":
        return case_number.build(year=2026, sequence=999_999)
    if value[1:4] == "-26":
        return case_number.paper_number(series=value[0], year=2026, sequence=999_999)
    return "A" * 22


def masked(answer: Any, parts: Mapping[str, Any]) -> str:
    """A page without what differs from request to request."""
    if answer.streaming or "html" not in answer.headers.get("Content-Type", ""):
        return str(answer.headers.get("Content-Type"))
    text = re.sub(r'(nonce|value)="[^"]*"', "", answer.content.decode())
    text = re.sub(r'\s*<ul class="messages">.*?</ul>', "", text, flags=re.DOTALL)
    for value in (*parts.values(), *map(unknown, parts.values())):
        text = text.replace(str(value), "…") if len(str(value)) > 2 else text
    return re.sub(r'(href|action|hx-[a-z]+)="[^"]*"|\d+', "", text)


def everything() -> dict[str, list[dict[str, Any]]]:
    """All rows of all tables but counters and sessions."""
    models = [model for model in apps.get_models() if model not in LETS_BE]
    rows = {model._meta.label: list(model.objects.order_by("pk").values()) for model in models}
    for user in rows["accounts.User"]:
        user.pop("last_login")
    return rows


def test_every_address_with_an_object_is_in_the_table() -> None:
    found = {name for name, _ in patterns()}
    assert found == {*ANNAS, *BEARERS, *NOBODYS}
    assert not set(ANNAS) & NOBODYS


@pytest.mark.parametrize("who", STRANGERS)
def test_nobody_opens_changes_or_learns_of_what_is_annas(
    anna: Anna, who: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "has_good_token", lambda _: True)
    client = STRANGERS[who](anna)
    before, wrong = everything(), []
    for name, made in ANNAS.items():
        parts = made(anna)
        first = next(iter(parts))
        for method in ("get", "post"):
            if name in ENTITLED.get(who, ()):
                continue
            answers = []
            for these in (parts, {**parts, first: unknown(parts[first])}):
                address = reverse(name, kwargs=these)
                client = _ended(anna) if who == ENDED else client
                sent = {"data": TYPED} if method == "post" else {}
                answers.append(getattr(client, method)(address, **sent))
            mine, nobodys = answers
            problem = _problem(mine, nobodys, parts, who)
            if problem:
                wrong.append((method, name, problem))
    assert wrong == []
    after = everything()
    assert [name for name in after if after[name] != before[name]] == []


def _problem(mine: Any, nobodys: Any, parts: Mapping[str, Any], who: str) -> str:
    """What is wrong with an answer to a stranger; empty when it is as it should be."""
    to_login = mine.status_code == 302 and mine["Location"].startswith("/account/login/?")
    if who == "visitor" and not to_login and mine.status_code not in {405, 409}:
        return f"a visitor gets {mine.status_code}"
    if who != "visitor" and mine.status_code not in {403, 404, 405, 409}:
        return f"opens: {mine.status_code} {mine.headers.get('Location', '')}"
    if mine.status_code != nobodys.status_code:
        return f"betrays: {mine.status_code}, not {nobodys.status_code}"
    pages = (masked(one, parts).splitlines() for one in (mine, nobodys))
    differ = [pair for pair in zip_longest(*pages) if pair[0] != pair[1]]
    if differ:
        return f"betrays: another page: {differ[0]}"
    text = b"" if mine.streaming else mine.content
    return next((f"says {word}" for word in SECRETS if word in text.decode(errors="ignore")), "")


@pytest.mark.parametrize("who", ["visitor", "citizen", "administrator"])
def test_a_guessed_code_opens_nothing(anna: Anna, who: str) -> None:
    client, before = STRANGERS[who](anna), everything()
    for name, part in BEARERS.items():
        address = reverse(name, kwargs={part: "A" * 32})
        assert client.get(address).status_code == 404, name
        assert client.post(address, TYPED).status_code in {404, 405}, name
    assert everything() == before


def test_annas_things_are_there_for_whom_they_are_meant(anna: Anna) -> None:
    """Otherwise every denial above would prove nothing."""
    own, fund = sign_in(Client(), anna.user), sign_in(Client(), make.operator(make.fund()))
    insurer = sign_in(Client(), make.operator())
    anna.visit.refresh_from_db()
    assert anna.visit.assignee
    clerk = sign_in(Client(), anna.visit.assignee)
    asks = dict.fromkeys(ANNAS, own)
    asks |= {name: insurer for name in ANNAS if name.startswith("desk:")}
    of_fund = ("desk:identity_link", "desk:identity_sheet", "desk:identity_video", "desk:ward",
               "desk:ward_move", "desk:duplicates_pair", "desk:duplicates_merge")  # fmt: skip
    asks |= dict.fromkeys(of_fund, fund) | {"desk:visit": clerk}
    registrar = sign_in(Client(), clinics.registrar("770009"))
    asks |= {name: registrar for name in ANNAS if name.startswith("desk:booking")}
    boss = sign_in(Client(), anna.wish.by)
    asks |= dict.fromkeys(("desk:export_file", "desk:export_settle"), boss)
    asks["desk:issued"] = sign_in(Client(), make.operator(make.insurer("77009")))
    asks |= dict.fromkeys(("desk:request", "desk:review"), STRANGERS["support"](anna))
    elsewhere = {
        "portal:upload_file", "portal:upload_preview", "desk:scan_file", "desk:scan_page",
        "desk:ward_paper", "desk:identity_picture",  # no bytes lie behind these rows
        "desk:issued_archive",  # the same
        "desk:account", "desk:account_block", "desk:account_unblock", "desk:account_sign_out",
        "desk:person", "desk:person_history", "desk:person_day",
        "desk:person_quality",  # a purpose is told first
        "desk:booking_for", "desk:booking_wait",  # looked for first
    }  # fmt: skip
    for name in set(ANNAS) - elsewhere:
        answer = asks[name].get(reverse(name, kwargs=ANNAS[name](anna)))
        not_taken = {409} if name in {"desk:approve", "desk:ask", "desk:reject"} else set()
        assert answer.status_code in {200, 302, 405, *not_taken}, (name, answer.status_code)


def test_a_right_that_ended_shows_nothing_new_of_the_ward(anna: Anna) -> None:
    client = _ended(anna)
    page = client.get(reverse("account_ward", kwargs={"pk": anna.over.pk}))
    assert page.status_code == 200
    for word in ("112-233-445 95", EMAIL, "Секретово"):
        assert word not in page.content.decode()
    Representation.objects.filter(pk=anna.over.pk).update(ends_on=None)
    page = client.get(reverse("account_ward", kwargs={"pk": anna.over.pk}))
    assert "112-233-445" in page.content.decode()


@pytest.mark.parametrize("who", [*STRANGERS])
def test_annas_export_is_annas(anna: Anna, who: str) -> None:
    """The address has no number in it: it gives whoever asks their own or nothing."""
    Export.objects.create(
        user=anna.user, state=Export.State.READY, asked_at=NOW, ready_at=NOW, file="x.zip", size=5,
        expires_at=NOW + timedelta(days=1),
    )  # fmt: skip
    OutsideAccount.objects.create(
        user=anna.user, provider="esia", subject="100500", linked_at=timezone.now()
    )
    client = STRANGERS[who](anna)
    assert client.get("/account/data/export/file/").status_code in {302, 403, 404}
    for path in ("/account/data/", "/account/security/", "/account/profile/", "/messages/"):
        page = client.get(path).content.decode()
        assert not [word for word in SECRETS[1:] if word in page], path
