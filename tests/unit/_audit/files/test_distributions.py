"""The tables of imports and distributions."""

from __future__ import annotations

import pytest

from bis._audit.files.distributions import brought_by, distributions_of, needs_no_declaration


@pytest.mark.parametrize(
    ("name", "distribution"),
    [
        ("sklearn.svm", "scikit-learn"), ("PIL.Image", "pillow"), ("yaml", "pyyaml"), ("dotenv", "python-dotenv"),
        ("skimage", "scikit-image"), ("bs4", "beautifulsoup4"), ("tensorflow", "tensorflow-macos"),
        ("keras", "tensorflow"), ("data_profiling", "fg-data-profiling"), ("redis_lock", "python-redis-lock"),
        ("scikitplot", "mljar-scikit-plot"),
        ("git", "gitpython"), ("dateutil", "python-dateutil"), ("attr", "attrs"), ("psycopg2", "psycopg2-binary"),
        ("MySQLdb", "mysqlclient"), ("jose", "python-jose"), ("serial", "pyserial"), ("Crypto", "pycryptodome"),
        ("hydra", "hydra-core"), ("faiss", "faiss-cpu"), ("mlflow", "mlflow-skinny"), ("torch", "torch"),
        ("azure.ai.ml", "azure-ai-ml"), ("some_new_thing", "some-new-thing"), ("box", "python-box"),
    ],
)  # fmt: skip
def test_imports_have_distributions(name: str, distribution: str) -> None:
    """By the table, and without a line in it by the same name."""
    assert distribution in distributions_of(name)


def test_what_needs_no_declaration() -> None:
    """The standard library of any Python, and modules that only a platform or a kernel has."""
    for name in (
        "os.path",
        "distutils.core",
        "urllib2",
        "cPickle",
        "dbutils",
        "google.colab",
        "IPython.display",
        "_thread",
    ):
        assert needs_no_declaration(name), name
    for name in ("numpy", "google.cloud", "pyspark", "databricks.sdk"):
        assert not needs_no_declaration(name), name


def test_what_comes_along_is_closed() -> None:
    """What a brought package brings is brought, and rings end."""
    assert {"numpy", "scikit-learn", "joblib", "gitpython"} <= brought_by("mlflow")
    assert "pandas" not in brought_by("mlflow-skinny")
    assert "omegaconf" in brought_by("dvclive")
    assert brought_by("nothing-known") == frozenset()


@pytest.mark.parametrize(
    ("name", "through"), [("kubernetes", "kfp"), ("anyconfig", "kedro"), ("websocket-client", "kubernetes")]
)
def test_packages_of_platforms_bring_their_clients(name: str, through: str) -> None:
    """Kubeflow's pipelines bring that of Kubernetes."""
    assert name in brought_by(through)
