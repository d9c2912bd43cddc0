"""Write the table of the names under which the most used distributions are imported, where these differ.

What a distribution brings is read from two published collections of facts: the database of pigar (top-level modules of
all of PyPI) and the mapping of pipreqs. Fetch both with pip, and list the distributions that matter, one a line::

    pip download --no-deps pigar pipreqs -d facts && cd facts && unzip pigar-*.whl && unzip pipreqs-*.whl
    python docs/generate_module_names.py facts/pigar/.db.sqlite3 facts/pipreqs/mapping names.txt

Distributions of machine learning that are used less, and imported under another name, are listed here.
"""

from __future__ import annotations

import re
import sqlite3
import sys
from pathlib import Path

TABLE = Path(__file__).parents[1] / "src" / "bis" / "_audit" / "files" / "module_names.txt"
MOST = 12  # a module of more distributions is a namespace


def _words(text: str) -> list[str]:
    return text.split()


# Folders that were packed by mistake, or say nothing.
NO_MODULES = frozenset(
    _words(
        """
tests test docs doc examples example scripts src build dist tools lib bin setup benchmarks benchmark utils conftest
samples testing integration_tests scratch data notebooks config ci resources static templates requirements assets
images licenses demo demos tutorials common core cli main app functional_tests unit_tests include share com
"""
    )
)
# Many distributions share these; their longer names are told apart in `bis._audit.files.distributions`.
NAMESPACES = frozenset(_words("google azure databricks opentelemetry airflow zope flytekitplugins sphinxcontrib"))
LESS_USED = frozenset(
    _words(
        """
aif360 aim aix360 albumentations ale-py alibi alibi-detect anndata annoy antspyx arviz atari-py audiomentations
auto-sklearn autogluon-core autogluon-multimodal autogluon-tabular autogluon-timeseries autoviz ax-platform
bayesian-optimization bentoml bert-score bertopic biopython bnlearn boruta botorch box2d-py catboost
category-encoders causalimpact causalml chemprop chromadb clearml cmdstanpy comet-ml cornac creme ctransformers
dagshub dalex darts dataprep datawig deepchecks deepchem deepctr deepctr-torch deepeval detecto dgl dgllife
dm-control doctr dopamine-rl dowhy dtreeviz dvclive easyocr econml efficientnet eli5 emcee espnet evidently
fairlearn faiss-cpu faiss-gpu fancyimpute farm-haystack faster-whisper fasttext fasttext-wheel fbprophet
feature-engine featuretools flair flaml gensim gluonts gpy gpyopt gpytorch grad-cam graphframes great-expectations
guardrails-ai guildai gym-minigrid gym-retro h2o-pysparkling-2-4 h2o-pysparkling-3-1 haystack-ai
hierarchicalforecast highway-env hnswlib horovod hpsklearn hyperopt image-classifiers imgaug implicit interpret-core
kaggle-environments karateclub kats kedro-mlflow keras-cv keras-nlp keybert librosa lightfm lightgbm lightning-bolts
lightning-flash llama-cpp-python lofo-importance medpy missingno missingpy mlflow-export-import mlflow-skinny
mlforecast mljar-supervised mmcls mmcv-full mmdet mmengine mmpose mmpretrain mmsegmentation monai mujoco-py
nemo-toolkit neptune-client neuralprophet nevergrad ngboost nibabel nlpaug nni node2vec noisereduce numpyro ogb
openai-whisper openslide-python optuna-dashboard orbit-ml paddleocr paddlepaddle paddlepaddle-gpu pandas-profiling
pandera pdpbox pedalboard petastorm pettingzoo pgmpy pinecone-client pmdarima procgen pyannote-audio pybullet
pycaret pydicom pyglet pykeen pyldavis pyloudnorm pymc pymc3 pymilvus pyro-ppl pystan pytesseract python-doctr
pytorch-forecasting pytorch-geometric pytorch-grad-cam pytorch-ignite pytorch-lamb pytorch-metric-learning
pytorch-optimizer pytorch-pretrained-bert pytorch-transformers qdrant-client ragas ray rdkit recbole river rl-games
rlcard rouge rouge-score sacrebleu sacred sacremoses sb3-contrib scanpy scikit-bio scikit-fuzzy scikit-garden
scikit-learn-extra scikit-lego scikit-multiflow scikit-multilearn scikit-optimize scikit-plot scikit-posthocs
scikit-rf scikit-surprise scikit-survival scikit-uplift segmentation-models seldon-core sentencepiece seqeval
shap-hypetune simpleitk simpletransformers skater sklearn-crfsuite sktime soundfile spacy-lookups-data
spacy-transformers spark-nlp sparkdl speechbrain spotlight stable-baselines stable-baselines3 stanza statsforecast
stellargraph stumpy subword-nmt super-gradients supersuit surprise sweetviz synapseml ta ta-lib talib-binary
tensorflow-federated tensorflow-privacy tensorflow-ranking tensorflow-recommenders textattack textblob tf-agents
tf-models-official tianshou top2vec torch-cluster torch-geometric torch-optimizer torch-scatter torch-sparse
torch-spline-conv torchio torchlibrosa tpot treeinterpreter trulens-eval tsfresh tslearn tune-sklearn u8darts
ultralytics vadersentiment wandb weaviate-client whylogs xgboost ydata-profiling yfinance yolov5 zenml
"""
    )
)


def canonical(name: str) -> str:
    """A distribution's name as in PEP 503."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pairs(database: Path, mapping: Path, wanted: set[str]) -> set[tuple[str, str]]:
    """(module, distribution) of all that matter and whose names differ."""
    query = "SELECT t.name, d.name FROM distributions d JOIN top_level_module_names t ON t.distribution_id = d.id"
    with sqlite3.connect(database) as connection:
        known = [(str(module), canonical(name)) for module, name in connection.execute(query)]
    found = {(module, name) for module, name in known if name in wanted and not name.startswith("types-")}
    for line in mapping.read_text(encoding="utf-8").split():
        module, _colon, name = line.partition(":")
        found.add((module, canonical(name)))
    return {(module, name) for module, name in found if _says_something(module, name)}


def _says_something(module: str, name: str) -> bool:
    root = module.partition(".")[0]
    if not name or not root.isidentifier() or root in NO_MODULES | NAMESPACES or root.startswith("mypy_boto3"):
        return False
    return canonical(root) != name and module == root and not root.startswith("_")


def main(database: str, mapping: str, names: str) -> None:
    """Write the table: a module and the distributions that bring it, in each line."""
    wanted = {canonical(line) for line in Path(names).read_text(encoding="utf-8").split()} | LESS_USED
    found: dict[str, set[str]] = {}
    for module, name in pairs(Path(database), Path(mapping), wanted):
        found.setdefault(module, set()).add(name)
    lines = [f"{module} {' '.join(sorted(names))}\n" for module, names in sorted(found.items()) if len(names) <= MOST]
    TABLE.write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:4])
