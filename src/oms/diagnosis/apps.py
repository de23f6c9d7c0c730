"""The diagnosis as a Django application."""

from django.apps import AppConfig


class DiagnosisConfig(AppConfig):
    """Diagnosis."""

    name = "oms.diagnosis"
    label = "diagnosis"
