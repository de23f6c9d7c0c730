"""Settings of the tests: the house's own, in the test profile and a folder of its own."""

import os
import tempfile

if os.environ.get("OMS_PROFILE") != "test" or "OMS_VAR" not in os.environ:
    os.environ["OMS_PROFILE"] = "test"
    os.environ["OMS_VAR"] = tempfile.mkdtemp(prefix="oms-test-")

from oms.config.settings import *  # noqa: F403
