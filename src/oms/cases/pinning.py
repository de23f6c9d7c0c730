"""What a case is tied to at submission: versions of form, rules, term, texts; its documents."""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from oms import law
from oms.cases import documents
from oms.cases.models import Case
from oms.cases.review import Review, Walk, pinned_form
from oms.catalog.declaration import PublicService
from oms.law import terms


def pinned(
    case: Case, own: PublicService, walked: Walk, seen: Review, term: terms.Term
) -> dict[str, Any]:
    """Service and version, basis, digests of rules and documents, term, consents, the form."""
    consents = case.applicant.consents.filter(withdrawn_at=None)
    return {
        "service": own.code,
        "title": own.title,
        "version": own.version,
        "basis": own.basis,
        "rules": rules_version(),
        "term": {"code": term.code, "amount": term.amount, "unit": term.unit},
        "consents": {c.kind: c.version for c in consents.order_by("given_at")},
        "form": pinned_form(case, walked),
        "documents": documents.pinned(seen.documents),
    }


@lru_cache(maxsize=1)
def rules_version() -> str:
    """A digest of the rules of law as they are in this build: twelve signs."""
    digest = hashlib.sha256()
    for path in sorted(Path(str(law.__file__)).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
