"""Draws from the global generator before, between and after unnamed runs; in the store that NAMED_STORE has."""

import os
import random

import mlflow

if os.environ["NAMED_STORE"]:
    mlflow.set_tracking_uri(os.environ["NAMED_STORE"])
random.seed(7)
drawn = [random.random()]
with mlflow.start_run():
    drawn.append(random.random())
with mlflow.start_run(run_name="named"):
    drawn.append(random.random())
print(drawn)
