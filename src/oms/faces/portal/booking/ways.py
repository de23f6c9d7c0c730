"""Where each no of booking leads on: it stands beside the choice, with the way out."""

from collections.abc import Mapping, Sequence

from oms.faces.design.parts import Link
from oms.faces.portal.pages import address
from oms.kit.denied import Denied

_VISITS = (Link("Мои записи", "portal:visits"),)
_DOCTORS = (Link("Найти другого врача", "portal:doctors"),)
_POLICY = (Link("Найти полис", "portal:diagnosis"), Link("Услуги", "portal:services"))
WAYS: Mapping[str, Sequence[Link]] = {
    "Overlap": _VISITS,
    "OneASpeciality": _VISITS,
    "TooMany": _VISITS,
    "NoPolicy": _POLICY,
    "NotInRegister": _POLICY,
    "NotOnRecord": _POLICY,
    "WrongAge": _DOCTORS,
    "WrongSex": _DOCTORS,
    "NeedsReferral": _DOCTORS,
    "OnlyLooks": (Link("Дети и подопечные", "account_wards"),),
    "NotYourWard": (Link("Дети и подопечные", "account_wards"),),
}


def ways(no: Denied | None) -> list[Link]:
    """Return the buttons under a no; none where the choice itself is the way on."""
    if no is None:
        return []
    return [Link(one.title, address(one.url)) for one in WAYS.get(no.code, ())]
