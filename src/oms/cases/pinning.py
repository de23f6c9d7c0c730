"""What a case is tied to at submission: versions of form, rules, term and texts."""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from oms import law
from oms.cases.models import Case
from oms.cases.review import Walk, pinned_form
from oms.catalog.declaration import PublicService
from oms.law import terms


def pinned(case: Case, own: PublicService, walked: Walk, term: terms.Term) -> dict[str, Any]:
    """Service and version, basis, digest of the rules, term, consents, the form as seen."""
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
    }


@lru_cache(maxsize=1)
def rules_version() -> str:
    """A digest of the rules of law as they are in this build: twelve signs."""
    digest = hashlib.sha256()
    for path in sorted(Path(str(law.__file__)).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
