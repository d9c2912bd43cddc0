"""Does what literal_ids.py does where MLflow has no SQLAlchemy for its store in a database."""

import runpy
import sys
from pathlib import Path

sys.modules["sqlalchemy"] = None
runpy.run_path(str(Path(__file__).with_name("literal_ids.py")), run_name="__main__")
