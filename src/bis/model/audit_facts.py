"""The facts that an audit states, in their order, and what each means."""

from __future__ import annotations

FACTS: dict[str, str] = {
    "uses_mlflow": "its own code imports MLflow or reaches it through another library",
    "via": "the ways in which MLflow is reached: api, client, lightning, hf, kedro, zenml, optuna, rest, other",
    "logs_params": "a call logs a parameter",
    "logs_metrics": "a call logs a metric",
    "autolog": "a call switches autologging on",
    "autolog_too_late": "autologging is switched on after the training, and nothing is trained after it",
    "logs_model": "a call logs a model",
    "logs_artifact": "a call logs a file, text, table or figure",
    "logs_dataset": "a call logs which data was used",
    "sets_tags": "a call sets a tag of a run",
    "registers_model": "a call registers a model",
    "params_not_logged_at_all": "it uses MLflow, and neither a call nor autologging logs a parameter",
    "unseeded_split": "a split of the data is drawn without a seed",
    "unseeded_estimator": "an estimator that draws is made without a seed",
    "seeds_set": "something is seeded",
    "deps_declared": "a file declares dependencies",
    "deps_pinned": "how many of them are pinned: all, some, none; lock where a lock file pins them",
    "hardcoded_run_id": "the code contains a literal run id",
    "absolute_local_path": "the code contains a literal path of one machine",
    "mlproject": "there is an MLproject file",
    "readme_tracking": "the documents say what is logged or how to view it, or name log_param, autolog or the like",
    "trains_model": "a call trains a model",
}
