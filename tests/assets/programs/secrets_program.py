"""Prints what it should not: its environment, its arguments, and an exception with a password in it."""

import argparse
import os
import random

import mlflow

parser = argparse.ArgumentParser()
parser.add_argument("--token")
parser.add_argument("--lr")
arguments = parser.parse_args()
print("key", os.environ["MY_API_KEY"])
print(dict(os.environ))
print(arguments)
with mlflow.start_run():
    mlflow.log_metric("loss", random.random())
    raise ConnectionError(f"https://user:{os.environ['DB_PASSWORD']}@db.invalid refused {os.environ['MY_API_KEY']}")
