import time

import mlflow

while True:
    time.sleep(60)
    if mlflow.active_run() is None:
        break
