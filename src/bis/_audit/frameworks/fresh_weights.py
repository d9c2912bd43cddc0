"""What draws new weights for a model that is loaded: heads of Transformers, matrices of PEFT, learners of fastai.

Transformers' `Trainer` seeds PyTorch when it is made, which is after the model that it is given.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from bis._audit.frameworks.naming import canonical

if TYPE_CHECKING:
    from collections.abc import Iterable

# A checkpoint without a head for a task is given a new one. Those for TensorFlow and Flax draw elsewhere.
_HEADS = re.compile(
    r"transformers\.(?:[\w.]+\.)?(?!TF|Flax)\w*For(?:SequenceClassification|TokenClassification|ImageClassification"
    r"|AudioClassification|VideoClassification)\.from_pretrained$"
)
# To write what is said is no task of the checkpoints that have only heard speech, and its head is for an alphabet.
_SPEECH = re.compile(r"transformers\.(?:[\w.]+\.)?(?!TF|Flax)\w*ForCTC\.from_pretrained$")
_ONLY_HEARD = re.compile(
    r"(?:[\w.-]+/)?(?:wav2vec2-(?:base|large(?:-lv60|-xlsr-53|-robust)?|xls-r-\w+|conformer-rel-pos-large)|w2v-bert-2\.0"
    r"|hubert-(?:base-ls960|x?large-ll60k)|wavlm-(?:base(?:-plus)?|large)|data2vec-audio-(?:base|large)"
    r"|unispeech-(?:sat-)?(?:base|large)(?:-plus)?|mms-(?:300m|1b))$"
)
# With one of these a program says how many outputs its own head has.
SIZES = frozenset({"num_labels", "id2label", "label2id"})
# Checkpoints that have a head already, and what is read again after a training.
_WITH_HEAD = re.compile(
    r"(?i)fine-?tuned|sentiment|emotion|toxic|(?:^|[-_/])(?:sst2?|mnli|nli|ner|conll\w*|qqp|cola|hate|spam|intent)(?:$|[-_/\d])"
    r"|finbert|sentence-|^\.{0,2}/|^[a-z]:\\|models?/|outputs?/|checkpoint-"
)
_READ_AGAIN = re.compile(r"(?i)best|saved|final|fine_?tuned|trained_|output|save_|_dir$|_path$|^path$|ckpt|local")
_LEARNERS = frozenset(
    {
        "cnn_learner", "vision_learner", "unet_learner", "tabular_learner", "text_classifier_learner", "collab_learner",
        "create_cnn",
    }
)  # fmt: skip


@lru_cache(maxsize=20_000)
def may_draw(api: str) -> bool:
    """Whether a call of this name may draw weights."""
    return is_head(api) or is_speech(api) or always_draws(api)


@lru_cache(maxsize=20_000)
def is_head(api: str) -> bool:
    """Whether a call loads a model of Transformers for a task that may need a new head."""
    return _HEADS.match(canonical(api)) is not None


@lru_cache(maxsize=20_000)
def is_speech(api: str) -> bool:
    """Whether a call loads a model of Transformers that writes what is said, which may need a new head."""
    return _SPEECH.match(canonical(api)) is not None


def only_hears(texts: Iterable[object]) -> bool:
    """Whether a checkpoint, by its text, was trained on speech alone, so that a head which writes is new.

    Parameters
    ----------
    texts : iterable of object
        The constants in the expression that names it.
    """
    written = [text for text in texts if isinstance(text, str)]
    return bool(written) and all(_ONLY_HEARD.match(text) for text in written)


@lru_cache(maxsize=20_000)
def always_draws(api: str) -> bool:
    """Whether a call draws weights whatever it is given: low-rank matrices, the head of a learner of fastai."""
    name = canonical(api)
    root, _dot, rest = name.partition(".")
    last = rest.rpartition(".")[2]
    return (root == "peft" and last == "get_peft_model") or (root == "fastai" and last in _LEARNERS)


def has_head(texts: Iterable[object], name: str) -> bool:
    """Whether a checkpoint may have the head that is asked for: by its text, or else by its variable's name.

    Parameters
    ----------
    texts : iterable of object
        The constants in the expression that names it.
    name : str
        The name of the variable, or empty.
    """
    written = [text for text in texts if isinstance(text, str)]
    if written:
        return any(_WITH_HEAD.search(text) for text in written)
    return not name or _READ_AGAIN.search(name.rpartition(".")[2]) is not None
