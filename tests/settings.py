"""Settings of the tests: the house's own, in the test profile and a folder of its own."""

import atexit
import os
import shutil
import tempfile

if os.environ.get("OMS_PROFILE") != "test" or "OMS_VAR" not in os.environ:
    os.environ["OMS_PROFILE"] = "test"
    os.environ["OMS_VAR"] = tempfile.mkdtemp(prefix="oms-test-")

    @atexit.register
    def remove(folder: str = os.environ["OMS_VAR"], made_by: int = os.getpid()) -> None:
        """Remove the folder with the process that made it, not with a fork of it."""
        if os.getpid() == made_by:
            shutil.rmtree(folder, ignore_errors=True)


from oms.config.settings import *  # noqa: F403
