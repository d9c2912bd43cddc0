import time

import mlflow

mlflow.log_param("a", 1)
while True:
    time.sleep(60)
