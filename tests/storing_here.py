"""Storing a session in the process of the test, which has MLflow loaded: a process of its own takes seconds to load it.

That a process of its own does the same, and what it leaves alone, is what tests/integration/record/test_storing.py
tests; real ones are started by all programs that are recorded without a launcher.
"""

from __future__ import annotations

import os
from pathlib import Path
from unittest.mock import patch

from bis.errors import BisError, StoreUnavailable
from bis.evidence.client_settings import set_up_client
from bis.evidence.spool import read_session
from bis.record.storing import Stored, store_under_lock


def store_here(folder: Path) -> Stored:
    """In place of `bis.record.storing.store_in_own_process`: with its settings, in its folder."""
    cwd = Path.cwd()
    session = Path(read_session(folder).cwd)
    with patch.dict(os.environ, {"BIS_RECORD": "0"}):
        set_up_client()
        os.chdir(session if session.is_dir() else folder)
        try:
            done = store_under_lock(folder)
        except BisError as error:
            raise StoreUnavailable(error.message) from error
        except OSError as error:
            raise StoreUnavailable(str(error)) from error
        finally:
            os.chdir(cwd)
    assert done is not None, "another process stores it"
    return done
