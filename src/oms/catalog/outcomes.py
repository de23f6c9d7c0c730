"""What approval changes, where several services change the same."""

from oms.catalog.declaration import Application, Outcome
from oms.kit.denied import Denied


def paper(application: Application, *, kind: str, text: str) -> Outcome:
    """Nothing changes in the register: a paper is the result. Raises `Denied` for nobody's."""
    if application.person is None:
        raise Denied("Заявителя больше нет в реестре.")
    return Outcome(text=text, person=application.person, papers=(kind,))
