"""What this server can do, as a CapabilityStatement made of the kinds themselves."""

from oms.faces.api.fhir.caller import Caller
from oms.faces.api.fhir.door import JSON
from oms.faces.api.fhir.kinds import KINDS, Kind
from oms.faces.api.fhir.systems import Resource, without_empty

WRITTEN = "2026-11-23"
_SECURITY = (
    "Справочники и свободное время открыты всем. Записи и пациентов видит программа поликлиники: "
    "токен в заголовке Authorization: Bearer, права вида system/Appointment.write."
)


def statement(caller: Caller) -> Resource:
    """Return the CapabilityStatement."""
    return {
        "resourceType": "CapabilityStatement",
        "id": "openoms",
        "url": f"{caller.base}/metadata",
        "name": "OpenOMS",
        "title": "OpenOMS: запись к врачу",
        "status": "active",
        "date": WRITTEN,
        "kind": "instance",
        "software": {"name": "OpenOMS"},
        "implementation": {"description": "Портал ОМС", "url": caller.base},
        "fhirVersion": "4.0.1",
        "format": [JSON, "json"],
        "patchFormat": ["application/json-patch+json", "application/merge-patch+json"],
        "rest": [
            {
                "mode": "server",
                "security": {"cors": False, "description": _SECURITY},
                "resource": [_resource(name, kind) for name, kind in KINDS.items()],
            }
        ],
    }


def _resource(name: str, kind: Kind) -> Resource:
    acts = ("read", "search-type", *kind.acts)
    can_change = bool(kind.acts)
    return without_empty(
        {
            "type": name,
            "documentation": kind.title,
            "interaction": [{"code": act} for act in acts],
            "versioning": "versioned-update" if can_change else "no-version",
            "readHistory": False,
            "updateCreate": False,
            "conditionalCreate": can_change,
            "conditionalRead": "not-match" if can_change else "not-supported",
            "conditionalUpdate": False,
            "conditionalDelete": "not-supported",
            "searchInclude": [f"{name}:{parameter}" for parameter in kind.along],
            "searchParam": [
                {"name": "_id", "type": "token"},
                *(
                    {"name": parameter, "type": known.kind}
                    for parameter, known in kind.parameters.items()
                    if "." not in parameter  # chains are told of no parameter of their own
                ),
            ],
        }
    )
