"""Checking a file somebody brings: is it a paper of ours, unchanged, and still in force."""

from dataclasses import dataclass, replace
from datetime import datetime

from oms.domain.papers import storage
from oms.domain.papers.models import DetachedSignature, Paper
from oms.domain.papers.queries import PaperAnswer, answer
from oms.gateways import signature, signature_gost
from oms.gateways.signature import MAX_BYTES, SignatureReport
from oms.law.dates import long
from oms.law.typed import NBSP


@dataclass(frozen=True)
class FileAnswer:
    """What we say of a file.

    `code`: issued, superseded, revoked (ours, `paper` tells more); unknown (our signature, not
    in our books); changed; foreign (signed by others); unsigned; not-pdf; too-large.
    """

    code: str
    title: str
    text: str
    paper: PaperAnswer | None = None
    signer: str = ""
    signed_at: datetime | None = None
    detached: "SignatureAnswer | None" = None

    @property
    def ok(self) -> bool:
        """Whether the file may be relied upon."""
        return self.code == Paper.State.ISSUED and (self.detached is None or self.detached.ok)


_GOST_GOOD = "Подпись ГОСТ верна"
_GOST_TEXT = "Она наша и стоит под этим самым файлом."
_TITLES = {
    Paper.State.ISSUED: "Документ подлинный и действует",
    Paper.State.SUPERSEDED: "Документ подлинный, но заменён более новым",
    Paper.State.REVOKED: "Документ отозван",
}


@dataclass(frozen=True)
class SignatureAnswer:
    """What we say of a signature brought beside the file."""

    ok: bool
    title: str
    text: str
    signer: str = ""


def judges_detached() -> bool:
    """Whether signatures beside files are made and judged here."""
    return signature_gost.is_on()


def verify_detached(data: bytes, detached: bytes) -> SignatureAnswer:
    """Tell whether the detached GOST signature is ours and over these very bytes.

    The one we keep beside the paper is ours, whatever has become of the key since.
    """
    kept = DetachedSignature.objects.filter(paper__sha256=storage.digest(data)).first()
    if kept and bytes(kept.content) == detached:
        return SignatureAnswer(True, _GOST_GOOD, _GOST_TEXT, kept.signer)
    signer = signature_gost.signer()
    if signer is None:
        text = "Здесь проверяют только подписи, которые поставили мы, а подписи ГОСТ мы не ставим."
        return SignatureAnswer(False, "Подпись ГОСТ проверить не удалось", text)
    report = signer.check(data, detached)
    if report.ok:
        return SignatureAnswer(True, _GOST_GOOD, _GOST_TEXT, report.signer)
    return SignatureAnswer(False, "Подпись ГОСТ не подходит", report.problem)


def verify_file(data: bytes, *, at: datetime, detached: bytes = b"") -> FileAnswer:
    """Tell what the file is; any bytes are answered, none raise.

    `detached` is a signature file brought with it: it is judged beside, and a bad one makes even
    a good file not to be relied upon.
    """
    told = _verified(data, at=at)
    if not detached or told.code in {"too-large", "not-pdf"}:
        return told
    return replace(told, detached=verify_detached(data, detached))


def _verified(data: bytes, *, at: datetime) -> FileAnswer:
    if len(data) > MAX_BYTES:
        limit = f"{MAX_BYTES // 1024 // 1024}{NBSP}МБ"
        return FileAnswer(
            "too-large",
            "Файл слишком большой",
            f"Наши документы меньше {limit}. Выберите другой файл.",
        )
    if not data.startswith(b"%PDF-"):
        return FileAnswer(
            "not-pdf",
            "Это не PDF",
            "Выберите файл PDF, который вам прислали или который вы скачали.",
        )
    report = signature.validate_pdf(data, at=at)
    paper = Paper.objects.filter(sha256=storage.digest(data)).first()
    if paper is None:
        return _stranger(report, has_signature=b"/ByteRange" in data)
    told = answer(paper, with_holder=True)
    return FileAnswer(
        paper.state,
        _TITLES[Paper.State(paper.state)],
        told.text,
        told,
        paper.signer,
        report.signed_at or paper.issued_at,
    )


def explain(data: bytes, *, at: datetime, detached: bytes = b"") -> tuple[bool, list[str]]:
    """Return whether the file may be relied upon, and lines that say why (for a terminal)."""
    told = verify_file(data, at=at, detached=detached)
    lines = [told.title, told.text]
    if told.paper:
        lines.append(f"{told.paper.kind_title} №{NBSP}{told.paper.number}")
        lines.append(f"Выдана: {long(told.paper.issued_on)}")
        tail = f", полис …{told.paper.number_tail}" if told.paper.number_tail else ""
        lines.append(f"Кому: {told.paper.holder}{tail}")
    if told.signer:
        lines.append(f"Подписал: {told.signer}")
    if told.detached:
        lines.append(f"{told.detached.title}. {told.detached.text}")
        if told.detached.signer:
            lines.append(f"Подпись ГОСТ: {told.detached.signer}")
    return told.ok, lines


def _stranger(report: SignatureReport, *, has_signature: bool) -> FileAnswer:
    """Say what a file is that is not in our books."""
    signer, moment = report.signer, report.signed_at
    if report.ok:
        return FileAnswer(
            "unknown",
            "Подпись верна, но в наших записях файла нет",
            "Не принимайте его, пока мы не ответим: напишите в поддержку.",
            signer=signer,
            signed_at=moment,
        )
    if not has_signature:
        return FileAnswer(
            "unsigned",
            "В файле нет нашей электронной подписи",
            "Возможно, это снимок или распечатка. Проверьте документ по коду с него.",
        )
    if report.intact and not report.trusted:
        return FileAnswer("foreign", "Подписали не мы", report.problem, signer=signer)
    text = f"{report.problem} Не принимайте его и попросите исходный файл."
    return FileAnswer("changed", "Файл изменён", text)
