"""The tables of imports and distributions."""

from __future__ import annotations

import pytest

from bis._audit.files.distributions import distributions_of, is_known, needs_no_declaration


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


def test_what_the_tables_have_is_known() -> None:
    """By a name of an import, of a distribution, or of one that another brings."""
    for name in ("sklearn.svm", "flash", "seaborn", "cmdstanpy"):
        assert is_known(name), name
    assert not is_known("some_new_thing")
