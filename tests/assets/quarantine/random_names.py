"""Draws from the global generator before, between and after unnamed runs."""

import random

import mlflow

mlflow.set_tracking_uri("http://127.0.0.1:9")
random.seed(7)
drawn = [random.random()]
with mlflow.start_run():
    drawn.append(random.random())
with mlflow.start_run(run_name="named"):
    drawn.append(random.random())
print(drawn)
