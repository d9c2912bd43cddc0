"""Draws as libraries do for their own ends, and tells which of them shifted what the program draws from `random`."""

import json
import random
import uuid
from types import SimpleNamespace

import tornado.ioloop
import zmq
from mlflow.store.tracking import file_store
from mlflow.telemetry import client
from mlflow.utils.request_utils import JitteredRetry
from urllib3 import Retry
from urllib3.util.retry import RequestHistory

FAILED_TWICE = (RequestHistory("GET", "/", None, 503, None),) * 2


def retry():
    """The time that urllib3 waits before a third attempt."""
    Retry(history=FAILED_TWICE, backoff_factor=0.1, backoff_jitter=1).get_backoff_time()


def request_of_mlflow():
    """The same in MLflow."""
    JitteredRetry(history=FAILED_TWICE, backoff_factor=0.1, backoff_jitter=1).get_backoff_time()


def telemetry():
    """MLflow decides whether this process reports its usage, as it does where its server answers."""
    found = {"mlflow_version": "1", "ingestion_url": "nowhere"}
    client.requests = SimpleNamespace(get=lambda *_, **__: SimpleNamespace(status_code=200, json=lambda: found))
    client._get_config_url = lambda *_: "nowhere"
    client.TelemetryClient._get_config(SimpleNamespace(info={"mlflow_version": "1"}))


def port():
    """ZeroMQ looks for a free port, as kernels do."""
    with zmq.Context() as context, context.socket(zmq.REP) as socket:
        socket.bind_to_random_port("tcp://127.0.0.1", min_port=30000, max_port=60000)


def timer():
    """When a periodic callback runs next."""
    callback = tornado.ioloop.PeriodicCallback(print, 9, jitter=0.5)
    callback._next_timeout = 0
    callback._update_next(1)


def experiment():
    """A file store numbers an experiment, by an id that begins with zeros."""
    uuid.uuid4 = lambda: SimpleNamespace(int=10**18 + 7)
    assert file_store._generate_unique_integer_id() >= 7 * 10**17


def run_name():
    """MLflow names a run: as often in each run of the program, and such that a seeded program has the same names."""
    file_store._generate_random_name()


def shifts(draw):
    """Whether a draw changed the state of the program's generator."""
    before = random.getstate()
    draw()
    return random.getstate() != before


DRAWS = (retry, request_of_mlflow, telemetry, port, timer, experiment, run_name)
print(json.dumps({draw.__name__: shifts(draw) for draw in DRAWS}))
