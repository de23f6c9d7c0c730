"""Why a file is not taken: each reason has a code, what is wrong, and what to do."""

from collections.abc import Mapping
from dataclasses import dataclass

from oms.domain.documents.limits import MAX_SIZE, MIN_SIZE
from oms.kit.denied import Denied

NBSP = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True)
class Reason:
    """One reason in words."""

    code: str
    text: str
    remedy: str


_PHOTO = "Сохраните снимок как JPEG и загрузите снова."
_PDF_AGAIN = "Сохраните документ как PDF ещё раз или загрузите фотографии страниц."
_PRINT_TO_PDF = "Откройте файл, выберите «Печать», затем «Сохранить как PDF», и загрузите его."

_ALL = (
    Reason("empty", "Файл пустой.", "Выберите другой файл или сфотографируйте документ."),
    Reason(
        "too-small",
        f"Файл меньше 10{NBSP}КБ: прочесть документ не получится.",
        "Сфотографируйте или отсканируйте документ крупнее.",
    ),
    Reason(
        "too-large",
        f"Файл больше 5{NBSP}МБ.",
        "Загрузите страницы отдельными файлами или уменьшите качество снимка.",
    ),
    Reason(
        "heic",
        "Это фото в формате HEIC.",
        "Сохраните его как JPEG: Настройки → Камера → Форматы → Наиболее совместимые.",
    ),
    Reason("avif", "Это картинка в формате AVIF.", _PHOTO),
    Reason("webp", "Это картинка в формате WebP.", _PHOTO),
    Reason("gif", "Это картинка в формате GIF.", _PHOTO),
    Reason("bmp", "Это картинка в формате BMP.", _PHOTO),
    Reason("tiff", "Это картинка в формате TIFF.", "Сохраните её как JPEG или PDF."),
    Reason("jpeg-2000", "Это картинка в формате JPEG 2000.", _PHOTO),
    Reason("djvu", "Это книга в формате DjVu.", "Сохраните её как PDF."),
    Reason("video", "Это видео или звук, а не снимок документа.", "Сфотографируйте документ."),
    Reason("svg", "Это рисунок SVG, а не снимок документа.", _PHOTO),
    Reason(
        "office",
        "Это текстовый документ или таблица.",
        "Откройте его, выберите «Сохранить как PDF» и загрузите PDF.",
    ),
    Reason("archive", "Это архив.", "Распакуйте его и загрузите файлы по одному."),
    Reason("program", "Это программа, а не документ.", "Выберите снимок документа или PDF."),
    Reason("page", "Это веб-страница.", "Откройте её и сохраните как PDF."),
    Reason(
        "unknown-format",
        "Мы не знаем такой формат файла.",
        "Загрузите документ как PDF, JPEG или PNG.",
    ),
    Reason(
        "unreadable",
        "Файл повреждён: он не открывается до конца.",
        "Сохраните его заново или сфотографируйте документ ещё раз.",
    ),
    Reason(
        "mixed",
        "В файле спрятан другой файл.",
        "Сфотографируйте документ заново или пересохраните файл.",
    ),
    Reason(
        "bomb",
        "В файле слишком много скрытых данных.",
        "Сфотографируйте документ заново или пересохраните файл.",
    ),
    Reason(
        "too-many-pixels",
        f"Снимок слишком большой: больше 60{NBSP}мегапикселей.",
        "Уменьшите разрешение снимка и загрузите его снова.",
    ),
    Reason(
        "animated",
        "В файле несколько кадров.",
        "Сохраните один кадр как JPEG и загрузите его.",
    ),
    Reason("pdf-encrypted", "PDF защищён паролем.", "Снимите защиту и загрузите файл снова."),
    Reason("pdf-broken", "PDF повреждён: он не открывается до конца.", _PDF_AGAIN),
    Reason(
        "pdf-active",
        "В PDF есть программный код или команды, которые выполняются при открытии.",
        _PRINT_TO_PDF,
    ),
    Reason("pdf-attachment", "В PDF вложены другие файлы.", _PRINT_TO_PDF),
    Reason(
        "pdf-form",
        "Это динамическая форма, а не обычный PDF.",
        _PRINT_TO_PDF,
    ),
    Reason(
        "pdf-too-complex",
        "PDF устроен слишком сложно, проверить его нельзя.",
        "Загрузите фотографии страниц вместо PDF.",
    ),
    Reason(
        "too-many-pages",
        f"В файле больше 20{NBSP}страниц.",
        "Разделите документ на части и загрузите их по очереди.",
    ),
    Reason("no-pages", "В PDF нет ни одной страницы.", _PDF_AGAIN),
    Reason(
        "page-too-large",
        "Страница PDF слишком большая: длиннее двух метров.",
        "Сохраните документ на листах A4 и загрузите его снова.",
    ),
)

REASONS: Mapping[str, Reason] = {reason.code: reason for reason in _ALL}


class Unfit(Denied):
    """The file is not taken."""

    status = 422

    def __init__(self, code: str) -> None:
        reason = REASONS[code]
        super().__init__(reason.text, code=code)
        self.remedy = reason.remedy


def check_large(size: int) -> None:
    """Raise `Unfit` for a file nobody need open: nothing in it, or too much."""
    if size == 0:
        raise Unfit("empty")
    if size > MAX_SIZE:
        raise Unfit("too-large")


def check_small(size: int) -> None:
    """Raise `Unfit` for a file too small to hold a readable document."""
    if size < MIN_SIZE:
        raise Unfit("too-small")
