import hashlib

import mlflow
digest = "0123456789abcdef0123456789abcdef"
assert hashlib.md5(b"").hexdigest() != digest
with mlflow.start_run() as run:
    mlflow.log_param("a", 1)
model = mlflow.pyfunc.load_model(f"runs:/{run.info.run_id}/model")
