"""Tokens by their form, and what only looks like one."""

from __future__ import annotations

import pytest

from bis.evidence.redaction import REDACTED, Redactor
from bis.evidence.token_shapes import TOKEN_SHAPES
from tests.functional.secret_kinds import TOKENS

PLAIN = """
git 3b3cd3735a1f0e9d8c7b6a5948372615a4b3c2d1 blake3:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
550e8400-e29b-41d4-a716-446655440000 sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=
meta-llama/Llama-2-7b-chat-hf sk-container-id-1 key-frames sig=0.05 hf_model gsk_size r8_quant Bearer of news
microsoft/deberta-v3-base QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWKPuF /t/data/x.csv 12:34:56:AA:BB shape_x
pwd=/home/me password= wd=0.01; lr=0.1 SG.pipeline hvs.mean ya29.csv do_v1_model glsa_ npm_config_cache https://host/t/dev/
"""


@pytest.mark.parametrize("kind", sorted(TOKENS))
def test_every_kind_goes(kind: str) -> None:
    """Alone, in quotes, and in a JSON text."""
    for form in ("{}", "'{}'", '{{"x": "{}"}}', "token:{}"):
        shown = Redactor({}).text(form.format(TOKENS[kind].text), place="x")
        assert TOKENS[kind].secret not in shown
        assert REDACTED in shown


def test_digests_ids_and_names_of_models_stay() -> None:
    """What experiments are full of is no secret."""
    redactor = Redactor({})
    assert redactor.text(PLAIN, place="x") == PLAIN
    assert redactor.found == ()


def test_each_shape_has_a_hint_that_it_cannot_do_without() -> None:
    """A text without the hints is not searched."""
    assert all(shape.hints and shape.name for shape in TOKEN_SHAPES)
