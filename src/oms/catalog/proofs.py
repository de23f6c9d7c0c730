"""Papers that several services ask for where a parent or guardian applies (Правила ОМС)."""

from oms.catalog.checks import is_represented, representative_unproven
from oms.catalog.declaration import Application, Document
from oms.domain.documents.models import Document as Upload
from oms.law import dates
from oms.law.representation import OWN_VOICE


def is_small_child(application: Application) -> bool:
    """Whether a representative applies for a child under 14: the certificate stands for a passport.

    It was seen when the right was confirmed, so it may be left out.
    """
    born = application.user.birth_date
    young = born is not None and dates.age(born, on=application.on) < OWN_VOICE
    return is_represented(application) and young


CERTIFICATE = Document(
    "certificate",
    "Свидетельство о рождении ребёнка",
    when=is_small_child,
    kind=Upload.Kind.BIRTH_CERTIFICATE,
    optional=True,
    hint="Фонд его уже видел. Приложите, если в нём что-то изменилось",
)
REPRESENTATIVE = Document(
    "representative",
    "Паспорт представителя",
    when=representative_unproven,
    kind=Upload.Kind.PASSPORT,
    hint="Ваш паспорт: разворот с фотографией. Не нужен, если ваша личность подтверждена",
)
