"""Secrets in JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bis._export.clean_json import without_secrets
from bis.evidence.redaction import Redactor

SECRET = "hunter2-0123456789"
REDACTOR = Redactor({"API_TOKEN": "acc-9876543210"})


@pytest.mark.parametrize(
    "value",
    [
        {"source": [f'password = "{SECRET}"\n']},
        {"text": f"he said: \"db_password='{SECRET}'\""},
        {"parameters": {"values": {"api_key": SECRET}}},
        {"@type": "PropertyValue", "name": "api_key", "value": SECRET},
        {"a": [[f"postgres://ada:{SECRET}@example.org/db"]]},
        {"nested": {"secret": [SECRET]}},
    ],
)
def test_secrets_are_taken_out(value: dict[str, Any]) -> None:
    """In texts with quotes, under keys that name them, in entities with a name, in URLs."""
    clean, changed = without_secrets(value, REDACTOR, place="test")
    assert changed == 1
    assert SECRET not in json.dumps(clean)
    assert list(clean) == list(value)


def test_known_values_are_found_anywhere() -> None:
    """Those of this process."""
    clean, changed = without_secrets(["x acc-9876543210 y", 1, None], REDACTOR, place="test")
    assert (clean, changed) == (["x [redacted] y", 1, None], 1)


def test_all_else_stays() -> None:
    """Numbers, digests, names, names of parameters that are called value."""
    value = {"root": "ab" * 32, "values": [1.5, True], "name": "lr", "value": "0.1", "tokenizer": "bert-base-uncased"}
    assert without_secrets(value, REDACTOR, place="test") == (value, 0)
