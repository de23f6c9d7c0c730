"""Which identifiers can be explained in words: the table behind `oms check KIND VALUE`."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from oms.law import enp, identity_documents, phone, requisites, snils
from oms.law.verdict import Verdict

KINDS: Mapping[str, Callable[[str], Verdict]] = MappingProxyType(
    {
        "enp": enp.explain,
        "snils": snils.explain,
        "inn": requisites.explain_inn,
        "kpp": requisites.explain_kpp,
        "ogrn": requisites.explain_ogrn,
        "bik": requisites.explain_bik,
        "account": requisites.explain_account,
        "passport": identity_documents.explain,
        "phone": phone.explain,
    }
)


def explain(kind: str, text: str) -> Verdict:
    """Return the verdict on a typed value; KeyError for an unknown kind.

    >>> explain("snils", "112-233-445 95").ok
    True
    """
    return KINDS[kind](text)
