"""Properties run without a clock over them: these machines are noisy."""

from hypothesis import settings

settings.register_profile("law", deadline=None)
settings.load_profile("law")
