"""Models that are loaded and given new weights, as BIS304 tells them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bis._audit.auditor import Options, audit_project
from tests.unit._audit.small_projects import write

if TYPE_CHECKING:
    from pathlib import Path

SENTIMENT = "'distilbert-base-uncased-finetuned-sst-2-english'"
MODEL = "model = A.from_pretrained('bert-base-cased', num_labels=3)\n"
INIT = f"def model_init():\n    {MODEL}    return model\nmodel = None\nTrainer(model_init=model_init)\n"

HEAD = (
    "import torch, transformers\nfrom transformers import AutoModelForSequenceClassification as A, Trainer, set_seed\n"
    "from transformers import AutoModelForCausalLM, TFAutoModelForSequenceClassification, BertForTokenClassification\n"
    "from peft import get_peft_model, LoraConfig, PeftModel\n"
)
SEEDED = "data = ImageDataLoaders.from_folder(path, valid_pct=0.2, seed=42)\n"
TRAINER = "Trainer(model=model, args=args).train()\n"


def told(folder: Path, files: dict[str, str]) -> list[str]:
    """The files of the rule's findings."""
    findings = audit_project(write(folder, files), "p", Options(select=("BIS304",))).findings
    return [finding.place.file for finding in findings]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (MODEL, True),
        ("model = BertForTokenClassification.from_pretrained(model_name, id2label=names)\n", True),
        ("name = 'bert-base-cased'\nmodel = A.from_pretrained(name, num_labels=3)\n", True),
        ("model = A.from_pretrained(config.get('model', 'bert-base-cased'), num_labels=3)\n", True),
        ("model = get_peft_model(AutoModelForCausalLM.from_pretrained(name), LoraConfig(r=8))\n", True),
        (INIT, False),
        ("set_seed(1)\n" + MODEL, False),
        ("torch.manual_seed(1)\nmodel = get_peft_model(base, LoraConfig(r=8))\n", False),
        ("model = A.from_pretrained('bert-base-cased')\n", False),
        ("model = A.from_pretrained('./models/bert', num_labels=3)\n", False),
        ("model = A.from_pretrained('cardiffnlp/twitter-roberta-base-sentiment', num_labels=3)\n", False),
        (f"model = A.from_pretrained(config.get('m', {SENTIMENT}), num_labels=2)\n", False),
        (f"model_name = config.get('m', {SENTIMENT})\nmodel = A.from_pretrained(model_name, num_labels=2)\n", False),
        ("model = A.from_pretrained(best_model_path, num_labels=3)\n", False),
        ("model = AutoModelForCausalLM.from_pretrained('gpt2')\n", False),
        ("model = PeftModel.from_pretrained(base, 'adapter')\n", False),
        ("model = TFAutoModelForSequenceClassification.from_pretrained('bert-base-cased', num_labels=3)\n", False),
    ],
)
def test_heads_and_matrices(tmp_path: Path, text: str, expected: bool) -> None:
    """A checkpoint that has the head, or is seeded before, or is loaded once the trainer has seeded, is no finding."""
    assert told(tmp_path, {"train.py": HEAD + text + TRAINER}) == ["train.py"] * expected


def test_only_what_is_trained_counts(tmp_path: Path) -> None:
    """A model beside a training, in another program, is only asked; one that a training imports is trained."""
    settings, train = "S = 1\n", "from settings import S\nimport torch\nloss.backward()\n"
    files = {"ask.py": HEAD + "from settings import S\n" + MODEL, "settings.py": settings, "train.py": train}
    assert told(tmp_path / "apart", files) == []
    assert told(tmp_path / "together", files | {"train.py": "from ask import model\n" + train}) == ["ask.py"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("model = C.from_pretrained('facebook/wav2vec2-base', pad_token_id=0)\n", True),
        ("name = 'facebook/wav2vec2-xls-r-300m'\nmodel = AutoModelForCTC.from_pretrained(name, vocab_size=9)\n", True),
        ("model = HubertForCTC.from_pretrained('facebook/hubert-large-ll60k')\n", True),
        ("set_seed(1)\nmodel = C.from_pretrained('facebook/wav2vec2-base')\n", False),
        ("model = C.from_pretrained('facebook/wav2vec2-base-960h')\n", False),
        ("model = C.from_pretrained('facebook/hubert-large-ls960-ft')\n", False),
        ("model = C.from_pretrained(checkpoint)\n", False),
        ("model = C.from_pretrained('./wav2vec2-base-mine')\n", False),
        ("model = TFWav2Vec2ForCTC.from_pretrained('facebook/wav2vec2-base')\n", False),
    ],
)
def test_heads_that_write_what_is_said(tmp_path: Path, text: str, expected: bool) -> None:
    """A checkpoint that has only heard speech is given a new head, whatever is said of its size."""
    head = "from transformers import Wav2Vec2ForCTC as C, AutoModelForCTC, HubertForCTC, TFWav2Vec2ForCTC\n"
    assert told(tmp_path, {"train.py": HEAD + head + text + TRAINER}) == ["train.py"] * expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("from torchvision.models.segmentation.deeplabv3 import DeepLabHead\nm.classifier = DeepLabHead(9, 2)\n", True),
        ("from torchvision.models.segmentation.fcn import FCNHead\nm.aux_classifier = FCNHead(9, 2)\n", True),
        ("from torchvision.models import detection as d\nm.head = d.faster_rcnn.FastRCNNPredictor(9, 2)\n", True),
        ("from torchvision.models.detection.ssdlite import *\nm.head = SSDLiteClassificationHead(a, b, 2, n)\n", True),
        (
            "from torchvision.models.detection.anchor_utils import AnchorGenerator\nm.anchors = AnchorGenerator()\n",
            False,
        ),
        ("from torchvision.transforms import Resize\nm.first = Resize(9)\n", False),
    ],
)
def test_heads_of_torchvision(tmp_path: Path, text: str, expected: bool) -> None:
    """A part that is made anew for a model which is loaded with its weights."""
    files = {"model.py": text, "train.py": "import model\nloss.backward()\noptimizer.step()\n"}
    assert told(tmp_path / "apart", files) == ["model.py"] * expected
    seeded = files | {"train.py": "import torch\ntorch.manual_seed(1)\n" + files["train.py"]}
    assert told(tmp_path / "seeded", seeded) == []


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ("m.load_state_dict(torch.load('a.pt'))\n", False),
        ("m.to(device)\nm.load_state_dict(state)\n", False),
        ("if again:\n    m.load_state_dict(state)\n", True),
        ("m.load_state_dict(state, strict=False)\n", True),
        ("other.load_state_dict(state)\n", True),
        ("", True),
    ],
)
def test_layer_that_is_filled_is_not_drawn(tmp_path: Path, after: str, expected: bool) -> None:
    """What was trained replaces what is drawn, also where the model is saved once more."""
    code = f"import torch\nm = build()\nm.head.last = torch.nn.Linear(9, 2)\n{after}log_model(m)\n"
    train = "import torch\nimport settings\nloss.backward()\n"
    files = {"evaluate.py": "import settings\n" + code, "settings.py": "", "train.py": train}
    assert told(tmp_path / "apart", files) == ["evaluate.py"] * expected
    assert told(tmp_path / "trains", {"train.py": code + "loss.backward()\n"}) == ["train.py"] * expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("data = ImageDataLoaders.from_folder(path)\nlearn = vision_learner(data, resnet18)\n", True),
        ("learn = cnn_learner(ImageDataBunch.from_folder(path), models.resnet18)\n", True),
        (SEEDED + "learn = vision_learner(data, resnet18)\n", False),
        ("block = DataBlock(splitter=RandomSplitter(seed=1))\nlearn = unet_learner(block.dataloaders(p), a)\n", False),
        ("set_seed(1)\nlearn = vision_learner(data, resnet18)\n", False),
        ("learn = load_learner('a.pkl')\n", False),
    ],
)
def test_learners_of_fastai(tmp_path: Path, text: str, expected: bool) -> None:
    """Its splitter seeds the whole of PyTorch with the seed that it is given."""
    code = f"from fastai.vision.all import *\n{text}learn.fine_tune(1)\n"
    assert told(tmp_path, {"train.py": code}) == ["train.py"] * expected
