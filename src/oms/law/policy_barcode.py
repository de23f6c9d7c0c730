"""The square barcode of the old paper policy: a record of 130 bytes.

Source: требования к полису единого образца (приказ Минздравсоцразвития № 158н): kind of record,
ENP as a big-endian number, names in 6-bit signs parted by «|», sex, days since 1900, and a
signature of 65 bytes that we do not check. Kind 1 also tells the insurer (ОГРН, ОКАТО).
"""

from dataclasses import dataclass
from datetime import date, timedelta

from oms.law import enp
from oms.law.verdict import Invalid

LENGTH = 130

_ALPHABET = " .-'0123456789АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЬЪЫЭЮЯ".ljust(63) + "|"
_NAMES = {1: 42, 2: 51}  # bytes the names take in each kind of record
_EPOCH = date(1900, 1, 1)
_SEXES = {1: enp.MALE, 2: enp.FEMALE}


@dataclass(frozen=True)
class Record:
    """What the barcode says. Names are capitals, as the record keeps them."""

    enp: str
    family_name: str
    given_name: str
    patronymic: str
    sex: str
    birth_date: date


def build(record: Record) -> bytes:
    """Return the 130 bytes of kind 2, with an empty signature.

    >>> len(build(Record("7756410835999915", "КЛИМОВ", "ИВАН", "", "M", date(1985, 3, 14))))
    130
    """
    names = "|".join((record.family_name, record.given_name, record.patronymic)).upper()
    size = _NAMES[2]
    bits = 0
    for sign in names.ljust(size * 8 // 6)[: size * 8 // 6]:
        bits = bits << 6 | _ALPHABET.index(sign)
    sex = next(code for code, letter in _SEXES.items() if letter == record.sex)
    body = b"\2" + int(record.enp).to_bytes(8, "big") + bits.to_bytes(size, "big")
    days = (record.birth_date - _EPOCH).days
    return (body + bytes([sex]) + days.to_bytes(2, "big")).ljust(LENGTH, b"\0")


def parse(data: bytes) -> Record:
    """Read the record; raise `Invalid` (`kind`, `enp`, `names`, `person`).

    Names count only when birth date and sex agree with the ENP, which holds both: a record of
    an unknown make then gives nothing rather than something wrong.

    >>> parse(build(Record("7756410835999915", "КЛИМОВ", "ИВАН", "", "M", date(1985, 3, 14)))).enp
    '7756410835999915'
    """
    number = policy_number(data)
    after = 9 + _NAMES[data[0]]
    family_name, given_name, patronymic = _read_names(data[9:after])
    sex = _SEXES.get(data[after], "")
    birth_date = _EPOCH + timedelta(days=int.from_bytes(data[after + 1 : after + 3], "big"))
    told = enp.parse(number)
    if (told.birth_date, told.sex) != (birth_date, sex):
        raise Invalid("person", "Штрихкод полиса: дата рождения или пол не сходятся с номером")
    return Record(number, family_name, given_name, patronymic, sex, birth_date)


def policy_number(data: bytes) -> str:
    """Return the ENP of the record; raise `Invalid` (`kind`, `enp`)."""
    if len(data) != LENGTH or data[0] not in _NAMES:
        raise Invalid("kind", "Это не штрихкод полиса ОМС")
    try:
        return enp.normalize(f"{int.from_bytes(data[1:9], 'big'):016}")
    except Invalid as wrong:
        raise Invalid("enp", wrong.text) from None


def _read_names(packed: bytes) -> tuple[str, str, str]:
    count = len(packed) * 8 // 6
    bits = int.from_bytes(packed, "big") >> (len(packed) * 8 - count * 6)
    text = "".join(_ALPHABET[bits >> 6 * (count - 1 - place) & 63] for place in range(count))
    parts = [part.strip() for part in text.strip().split("|")]
    if not 2 <= len(parts) <= 4 or not all(parts[:2]) or any(parts[3:]):
        raise Invalid("names", "Штрихкод полиса: имя не читается")
    return parts[0], parts[1], parts[2] if len(parts) > 2 else ""
