"""The whole way to a provider and back, against the simulator as a process; then its lies."""

import json
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from joserfc.jwk import ECKey, RSAKey
from pydantic import ValidationError
from tests.vouching import Vouching, answered

from oms.gateways import checks, openid, openid_providers
from oms.gateways.errors import GatewayError, Permanent, Temporary
from oms.gateways.openid_claims import pick
from oms.gateways.openid_tokens import Untrusted

BACK = "http://localhost:8000/account/outside/{}/back/"


@pytest.fixture
def vouching(world, settings):
    found = Vouching(world.openid_url)
    found.forget()
    settings.OPENID_PROVIDERS = found.settings()
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    openid.shared.clear()
    yield found
    openid.shared.clear()


def goes(
    vouching: Vouching, subject: str, code: str = "esia", *, spoil: Any = None, **options: Any
):
    """One sign-in from beginning to end; `spoil` changes what is kept or brought back."""
    provider = openid_providers.find(code=code)
    assert provider
    anew = bool(options.get("fresh_since"))
    started = openid.start(provider=provider, redirect_uri=BACK.format(code), anew=anew)
    answer = answered(vouching.walks(started.url, subject))
    assert answer["state"] == started.state
    if spoil:
        started, answer = spoil(started, answer)
    return openid.finish(
        provider=provider, answer=answer, nonce=started.nonce, verifier=started.verifier,
        redirect_uri=BACK.format(code), at=datetime.now(UTC), **options,
    )  # fmt: skip


def test_esia_vouches_in_its_own_words(vouching) -> None:
    one = vouching.knows()
    came = goes(vouching, one["subject"])
    assert (came.provider, came.subject, came.is_trusted) == ("esia", one["subject"], True)
    assert not came.is_multi_factor
    told = came.told
    assert [told[name] for name in ("family_name", "birth_date", "phone_verified")] == [
        "Внешняя", "17.05.1990", "VERIFIED",
    ]  # fmt: skip
    assert told["phone"].startswith("+7(911)")
    assert told["snils"][3] == "-"
    assert told["document_number"] == one["document_number"]
    assert "Внешняя" not in repr(came)


def test_a_bank_vouches_in_standard_words_with_another_kind_of_key(vouching) -> None:
    one = vouching.knows(trusted=False, methods=["pwd", "mfa"])
    came = goes(vouching, one["subject"], "bank")
    assert (came.is_trusted, came.is_multi_factor) == (False, True)
    assert (came.told["birth_date"], came.told["phone_verified"]) == ("1990-05-17", True)


@pytest.mark.parametrize("way", ["post", "private_key_jwt"])
def test_other_ways_to_show_who_we_are(vouching, settings, tmp_path, way) -> None:
    key, file = ECKey.generate_key("P-256"), tmp_path / "key.pem"
    file.write_bytes(key.as_pem(private=True))
    vouching.order("/clients", issuer="esia", jwk=key.as_dict(private=False))
    changes = {"client_secret": ""} if way == "private_key_jwt" else {}
    settings.OPENID_PROVIDERS = vouching.settings(
        "esia", client_auth=way, client_key_file=str(file), **changes
    )
    assert goes(vouching, vouching.knows()["subject"]).is_trusted


def test_a_wrong_secret_opens_nothing(vouching, settings) -> None:
    settings.OPENID_PROVIDERS = vouching.settings("esia", client_secret="guessed")
    with pytest.raises(Permanent):
        goes(vouching, vouching.knows()["subject"])


@pytest.mark.parametrize(
    ("lie", "where", "told"),
    [
        ("wrong-nonce", "token", "nonce"),
        ("wrong-signature", "token", "BadSignature"),
        ("no-signature", "token", "Algorithm"),
        ("key-confusion", "token", "Algorithm"),
        ("wrong-issuer", "token", "iss"),
        ("wrong-audience", "token", "aud"),
        ("other-party", "token", "azp"),
        ("expired", "token", "exp"),
        ("wrong-token-hash", "token", "at_hash"),
        ("wrong-subject", "userinfo", "userinfo: sub"),
        ("mix-up", "authorize", "answer: iss"),
        ("no-issuer", "authorize", "answer: no iss"),
        ("not-json", "token", "JSON"),
    ],
)
def test_each_lie_is_seen(vouching, lie, where, told) -> None:
    one = vouching.knows()
    vouching.fails(lie, issuer="esia", where=where)
    with pytest.raises(Untrusted, match=told) as seen:
        goes(vouching, one["subject"])
    assert one["subject"] not in str(seen.value)
    assert goes(vouching, one["subject"]).subject == one["subject"]


def test_a_fresh_log_in_is_asked_for_and_compared(vouching) -> None:
    one, since = vouching.knows(), datetime.now(UTC)
    assert goes(vouching, one["subject"], fresh_since=since).subject
    vouching.fails("old-login", where="token")
    with pytest.raises(Untrusted, match="auth_time"):
        goes(vouching, one["subject"], fresh_since=since)
    vouching.fails("old-login", where="token")
    assert goes(vouching, one["subject"]).subject


def test_a_code_works_once_and_only_with_its_own_secret(vouching) -> None:
    one, kept = vouching.knows(), []

    def keep(started, answer):
        kept.append(answer)
        return started, answer

    goes(vouching, one["subject"], spoil=keep)
    with pytest.raises(Permanent):
        goes(vouching, one["subject"], spoil=lambda started, _: (started, kept[0]))
    with pytest.raises(Permanent):
        goes(
            vouching,
            one["subject"],
            spoil=lambda started, answer: (replace(started, verifier="x" * 43), answer),
        )


def test_a_stolen_answer_carries_anothers_nonce(vouching) -> None:
    """The code of one sign-in, brought into another by who owns both secrets but the nonce."""
    with pytest.raises(Untrusted, match="nonce"):
        goes(
            vouching,
            vouching.knows()["subject"],
            spoil=lambda started, answer: (replace(started, nonce="other"), answer),
        )


def test_a_new_key_is_read_once_more(vouching, monkeypatch) -> None:
    one, asked = vouching.knows(), []
    goes(vouching, one["subject"])
    real = openid._call

    def counted(provider, method, url, **more):
        asked.append(url.rpartition("/")[2])
        return real(provider, method, url, **more)

    monkeypatch.setattr(openid, "_call", counted)
    goes(vouching, one["subject"])
    assert asked == ["token", "userinfo"]
    vouching.order("/rotate", issuer="esia")
    asked.clear()
    goes(vouching, one["subject"])
    assert asked == ["token", "keys", "userinfo"]


def test_who_says_no_has_cancelled(vouching) -> None:
    with pytest.raises(openid.Cancelled):
        goes(vouching, "")


@pytest.mark.parametrize(
    ("kind", "where"),
    [
        ("refuse", "openid-configuration"),
        ("refuse", "keys"),
        ("temporary", "token"),
        ("refuse", "userinfo"),
        ("long", "keys"),
        ("error", "authorize"),
    ],
)
def test_a_provider_that_fails_is_left_alone_for_a_while(vouching, kind, where) -> None:
    one = vouching.knows()
    vouching.fails(kind, issuer="esia", where=where)
    with pytest.raises(Temporary):
        goes(vouching, one["subject"])
    assert openid.down(codes=["esia", "bank"]) == {"esia"}
    with pytest.raises(Temporary):
        goes(vouching, one["subject"])
    assert goes(vouching, one["subject"], "bank").subject
    openid.shared.delete("openid:down:esia")
    assert goes(vouching, one["subject"]).subject


def test_nobody_waits_long_for_a_slow_provider(vouching, monkeypatch) -> None:
    monkeypatch.setattr(openid, "TIMEOUT", 0.3)
    vouching.fails("delay", where="token", seconds=3)
    began = time.monotonic()
    with pytest.raises(Temporary):
        goes(vouching, vouching.knows()["subject"])
    assert time.monotonic() - began < 2.5


def test_a_redirect_of_the_back_channel_is_not_followed(vouching) -> None:
    vouching.fails("redirect", where="openid-configuration")
    with pytest.raises(Permanent):
        goes(vouching, vouching.knows()["subject"])


@pytest.mark.parametrize(
    "spoiled",
    [
        {"issuer": "https://other.example"},
        {"token_endpoint": "http://other.example/token"},
        {"token_endpoint": None},
        {"jwks_uri": "ftp://other.example"},
    ],
)
def test_a_discovery_document_of_another_is_refused(vouching, monkeypatch, spoiled) -> None:
    real = openid._call

    def lying(provider, method, url, **more):
        return real(provider, method, url, **more) | spoiled

    monkeypatch.setattr(openid, "_call", lying)
    with pytest.raises(Untrusted, match="discovery"):
        goes(vouching, vouching.knows()["subject"])


def test_weak_foreign_and_broken_keys_are_left_out() -> None:
    strong = RSAKey.generate_key(2048, auto_kid=True).as_dict(private=False)
    weak = strong | {"n": strong["n"][: len(strong["n"]) // 2], "kid": "weak"}
    good = ECKey.generate_key("P-256", auto_kid=True).as_dict(private=False)
    rows = [
        weak, good | {"use": "enc"}, {"kty": "oct", "k": "c2VjcmV0", "kid": "s"}, {"kty": "EC"},
        {"kty": "GOST", "kid": "g"}, "no key", good, strong,
    ]  # fmt: skip
    assert [key.kid for key in openid.key_set({"keys": rows})] == [good["kid"], strong["kid"]]
    assert not openid.key_set(["keys"])


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"algorithms": ["RS256", "none"]}, "algorithms"),
        ({"algorithms": ["HS256"]}, "algorithms"),
        ({"issuer": "http://bank.example"}, "https"),
        ({"client_secret": ""}, "client_secret"),
        ({"scopes": ["profile"]}, "openid"),
        ({"claims": {"shoe_size": "size"}}, "shoe_size"),
        ({"preset": "vk"}, "preset"),
        ({"code": "../../x"}, "code"),
        ({"purpose": "sign-in"}, "purpose"),
    ],
)
def test_a_set_up_that_cannot_work_is_told_at_the_start(settings, changes, told) -> None:
    row = {
        "code": "bank", "preset": "bank", "issuer": "https://bank.example", "client_id": "oms",
        "client_secret": "very-secret",
    }  # fmt: skip
    settings.OPENID_PROVIDERS = json.dumps([row])
    assert checks.configured() == []
    settings.OPENID_PROVIDERS = json.dumps([row | changes])
    with pytest.raises(ValidationError):
        openid_providers.providers()
    (said,) = checks.configured()
    assert said.id == "oms.E005"
    assert told in said.msg
    assert "very-secret" not in said.msg


def test_settings_may_stand_in_a_file_and_secrets_apart(settings, tmp_path) -> None:
    (tmp_path / "secret").write_text("apart\n")
    row = {
        "code": "esia", "preset": "esia", "issuer": "https://esia.example", "client_id": "oms",
        "client_secret_file": str(tmp_path / "secret"), "purposes": ["sign-in", "bank"],
    }  # fmt: skip
    (tmp_path / "list.json").write_text(json.dumps([row]))
    settings.OPENID_PROVIDERS = str(tmp_path / "list.json")
    (one,) = openid_providers.providers(purpose="bank")
    assert (one.secret, one.title) == ("apart", "Госуслуги")
    settings.OPENID_PROVIDERS = "/nowhere.json"
    assert checks.configured()[0].id == "oms.E005"
    settings.OPENID_PROVIDERS = ""
    assert openid_providers.providers() == []


def test_a_provider_without_discovery_is_told_its_addresses(vouching, settings) -> None:
    here = f"{vouching.url}/esia"
    ours = {"authorization": f"{here}/authorize", "token": f"{here}/token", "jwks": f"{here}/keys"}
    ours |= {"userinfo": f"{here}/userinfo", "names_itself": True}
    settings.OPENID_PROVIDERS = vouching.settings("esia", endpoints=ours, max_age=60)
    vouching.fails("refuse", where="openid-configuration", times=-1)
    assert goes(vouching, vouching.knows()["subject"]).is_trusted


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("a.b", 1),
        ("a.none.b", None),
        ("list.elements[type=X].v", 2),
        ("list.elements[type=Z].v", None),
        ("https://claims.example/a", 3),
        ("urn:x", 4),
        ("list[type=X]", None),
        ("", None),
    ],
)
def test_claims_are_found_by_their_path(path, found) -> None:
    claims = {
        "a": {"b": 1}, "https://claims.example/a": 3, "urn:x": 4,
        "list": {"elements": [7, {"type": "Y"}, {"type": "X", "v": 2}, {"type": "X", "v": 9}]},
    }  # fmt: skip
    assert pick(claims, path) == found


def test_every_failure_is_one_the_pages_know() -> None:
    assert all(issubclass(one, GatewayError) for one in (openid.Cancelled, Untrusted))
    assert timedelta(0) < openid.LEFT_ALONE_FOR <= timedelta(minutes=1)
