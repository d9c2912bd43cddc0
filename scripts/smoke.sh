#!/usr/bin/env bash
# smoke.sh BIN: checks that the bis in the folder BIN of an environment records, shows and replays a program. Needs no
# test library, so it runs with any MLflow, and on a bare installation.
set -euo pipefail

bin="$(cd "${1:?the bin folder of an environment}" && pwd)"
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export BIS_HOME="$folder/home" MLFLOW_TRACKING_URI="sqlite:///$folder/mlflow.db" MLFLOW_DISABLE_TELEMETRY=true

cat > train.py << 'EOF'
import random

import mlflow

with mlflow.start_run():
    mlflow.log_param("rate", 0.1)
    accuracy = random.random()
    for step in range(3):
        mlflow.log_metric("loss", accuracy / (step + 1), step=step)
    mlflow.log_metric("accuracy", accuracy)
    mlflow.log_dict({"accuracy": accuracy}, "summary.json")
EOF

"$bin/bis" run --wait train.py
shown="$("$bin/bis" show last --json)"
case "$shown" in *'"loss"'*) ;; *) echo "smoke: bis show does not show the metric loss" >&2; exit 1 ;; esac
# Exit status 0: the replay is bitwise the same, though the program sets no seed.
"$bin/bis" replay last -n 1 --yes --env current
echo "smoke: ok with $("$bin/python" -c 'import mlflow, platform; print("MLflow", mlflow.__version__, "Python", platform.python_version())')"
