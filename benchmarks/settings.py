"""The house's own settings, with one empty page beside the portal's and no ceiling of tries."""

from oms.config.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.urls"
