"""All kinds of papers, by code."""

from collections.abc import Mapping

from oms.domain.papers import change_extract, insurance_certificate, policy_extract
from oms.domain.papers.wording import Facts, PaperKind, digits

KINDS: Mapping[str, PaperKind] = {
    one.code: one for one in (policy_extract.KIND, insurance_certificate.KIND, change_extract.KIND)
}


def barcode_digits(facts: Facts) -> str:
    """What the barcode holds; empty when the paper names no policy."""
    return str(facts["enp"] or digits(facts["blank_number"]))
