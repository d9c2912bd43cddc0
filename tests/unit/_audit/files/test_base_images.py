"""What images have before a project installs anything."""

from __future__ import annotations

import pytest

from bis._audit.files.base_images import brought_by_image, images_of, platform_packages


def test_the_images_of_a_file_are_those_that_are_not_its_own_stages() -> None:
    """Without tags and digests; of a file that runs no Python, none."""
    text = "FROM --platform=linux/amd64 python:3.11 AS build\nRUN pip install a\nFROM build\nFROM Org/Base@sha256:00\n"
    assert images_of(text) == ["python", "org/base"]
    assert images_of("FROM registry.example.org:5000/x:1\nRUN pip install a\n") == ["registry.example.org:5000/x"]
    assert images_of("FROM grafana/grafana\nCOPY a.ini /etc\n") == []
    assert images_of("FROM quay.io/astronomer/astro-runtime:6.0.2\n") == ["quay.io/astronomer/astro-runtime"]
    assert images_of("FROM ghcr.io/mlflow/mlflow:v2.9.2\nCMD mlflow server\n") == []


@pytest.mark.parametrize(
    ("image", "name"),
    [
        ("pytorch/pytorch", "torch"),
        ("nvcr.io/nvidia/tensorflow", "tensorflow"),
        ("jupyter/scipy-notebook", "pandas"),
        ("quay.io/jupyter/pyspark-notebook", "pyspark"),
        ("apache/spark", "pyspark"),
        ("ghcr.io/mlflow/mlflow", "mlflow"),
        ("continuumio/anaconda3", "scikit-learn"),
        ("nvcr.io/nvidia/pytorch", "librosa"),
        ("bitnami/airflow", "boto3"),
        ("daskdev/dask", "distributed"),
        ("pytorchlightning/pytorch_lightning", "pytorch-lightning"),
        ("mcr.microsoft.com/devcontainers/anaconda", "scikit-learn"),
        ("763104351884.dkr.ecr.eu-west-1.amazonaws.com/pytorch-training", "*"),
        ("rayproject/ray-ml", "*"),
        ("gcr.io/kaggle-gpu-images/python", "*"),
    ],
)
def test_well_known_images_bring_packages(image: str, name: str) -> None:
    """Wherever they are kept."""
    assert name in (brought_by_image(image) or ())


def test_bare_images_bring_none_and_others_are_not_known() -> None:
    """An image of an organisation may have anything."""
    for image in ("python", "ubuntu", "nvidia/cuda", "continuumio/miniconda3", "public.ecr.aws/lambda/python"):
        assert brought_by_image(image) == frozenset(), image
    assert brought_by_image("registry.example.org/team/ml-base") is None


def test_databricks_has_what_its_runtime_has() -> None:
    """For machine learning."""
    assert {"pyspark", "delta-spark", "mlflow", "scikit-learn"} <= platform_packages()
