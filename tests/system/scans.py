"""Files people bring: invented papers as a scanner or a phone gives them."""

from functools import cache

from playwright.sync_api import FilePayload

from oms.domain.documents import specimens
from oms.domain.documents.specimens_scanning import shoot


@cache
def scan(kind: str = "passport", *, fault: str = "", seed: int = 7) -> FilePayload:
    """A good scan, or a phone photo with one fault."""
    drawn = specimens.draw(kind=kind, seed=seed)
    way = "photo" if fault else "scan"
    content = shoot(drawn.picture, way=way, seed=seed, fault=fault).content
    name = f"{fault or 'good'}-{seed}.jpg"
    return {"name": name, "mimeType": "image/jpeg", "buffer": content}


def nonsense() -> FilePayload:
    """A text document under the name of a photo."""
    return {"name": "паспорт.jpg", "mimeType": "image/jpeg", "buffer": b"PK\x03\x04" * 6000}
