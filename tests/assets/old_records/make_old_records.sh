#!/usr/bin/env bash
# Makes the fixture "old_records": runs recorded, replayed and compared by bis as it was before its restructuring.
#
#   make_old_records.sh HOME_FOLDER BIS_CHECKOUT OUT_FOLDER
#   PYTHON=/home/ada/python/bin/python3.11 \
#     make_old_records.sh /home/ada /home/ada/bis-before /home/ada/fixture/old_records
#
# HOME_FOLDER gets venv/, churn/ (the project and its MLflow store) and bis-home/. Its name gets into the records, and
# that of the folder of PYTHON into the spool, so both have to be such as may be published. BIS_CHECKOUT is a checkout of
# commit 3f1773d. Every command sees an empty environment but for the variables below, so that nothing of the machine's
# own settings is recorded.
set -euo pipefail

home=$1 checkout=$2 out=$3
bin=$home/venv/bin
project=$home/churn
expected=$out/expected

clean=(env -i "HOME=$home" USER=ada LOGNAME=ada LANG=C.UTF-8 "PATH=$bin:/usr/bin:/bin" "BIS_HOME=$home/bis-home"
  "MLFLOW_TRACKING_URI=sqlite:///$project/mlflow.db" MLFLOW_DISABLE_TELEMETRY=true)
bis() { "${clean[@]}" "$bin/bis" "$@"; }
python() { "${clean[@]}" "$bin/python" "$@"; }
git() { "${clean[@]}" GIT_AUTHOR_DATE=2026-01-05T09:00:00Z GIT_COMMITTER_DATE=2026-01-05T09:00:00Z git "$@"; }

# -- the old bis ------------------------------------------------------------------------------------------------------

if [ ! -x "$bin/bis" ]; then
  "${PYTHON:-python3.11}" -m venv "$home/venv"
  "$bin/pip" install --quiet uv
  "$bin/pip" install --quiet "$checkout""[notebook]" scikit-learn
fi

# -- the project ------------------------------------------------------------------------------------------------------

rm -rf "$project" "$home/bis-home" "$expected"
mkdir -p "$project/data" "$expected"
cd "$project"

cat >.gitignore <<'END'
mlflow.db*
mlruns/
END

cat >make_data.py <<'END'
"""Wrote data/customers.csv, once."""

import random

rng = random.Random(7)
with open("data/customers.csv", "w") as table:
    table.write("months,calls,price,left\n")
    for _ in range(120):
        months, calls, price = rng.randint(1, 60), rng.randint(0, 9), round(rng.uniform(10, 90), 2)
        left = int(0.4 * calls - 0.06 * months + 0.02 * price + rng.gauss(0, 1) > 0.5)
        table.write(f"{months},{calls},{price},{left}\n")
END

cat >seeded.py <<'END'
"""Seeded; a parameter, a curve, a figure, a model."""

import argparse

import mlflow
import numpy as np
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import log_loss

parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=0.01)
lr = parser.parse_args().lr

table = np.loadtxt("data/customers.csv", delimiter=",", skiprows=1)
x, y = table[:, :3] / [60, 9, 90], table[:, 3].astype(int)
rng = np.random.default_rng(1)
order = rng.permutation(len(y))
train, test = order[:90], order[90:]

with mlflow.start_run(run_name="seeded"):
    mlflow.log_params({"lr": lr, "epochs": 6})
    model = SGDClassifier(loss="log_loss", learning_rate="constant", eta0=lr, random_state=1)
    for epoch in range(6):
        model.partial_fit(x[train], y[train], classes=[0, 1])
        loss = log_loss(y[test], model.predict_proba(x[test]))
        mlflow.log_metric("loss", loss, step=epoch)
        print(f"epoch {epoch}: loss {loss:.6f}")
    accuracy = model.score(x[test], y[test])
    mlflow.log_metric("accuracy", accuracy)
    print(f"accuracy {accuracy:.4f}")
    mlflow.sklearn.log_model(model, name="model", pip_requirements=["scikit-learn"])
END

cat >unseeded.py <<'END'
"""No seed anywhere: NumPy and scikit-learn take the entropy of the system."""

import mlflow
import numpy as np
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split

table = np.loadtxt("data/customers.csv", delimiter=",", skiprows=1)
noise = np.random.default_rng().normal(0, 0.05, size=(len(table), 3))
x, y = table[:, :3] / [60, 9, 90] + noise, table[:, 3].astype(int)
x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=30)

with mlflow.start_run(run_name="unseeded"):
    mlflow.log_param("lr", 0.05)
    model = SGDClassifier(loss="log_loss", learning_rate="constant", eta0=0.05)
    for epoch in range(4):
        model.partial_fit(x_train, y_train, classes=[0, 1])
        loss = log_loss(y_test, model.predict_proba(x_test))
        mlflow.log_metric("loss", loss, step=epoch)
    mlflow.log_metric("accuracy", model.score(x_test, y_test))
    print(f"loss {loss:.6f}")
END

cat >training.ipynb <<'END'
{
 "cells": [
  {"cell_type": "markdown", "id": "title", "metadata": {}, "source": ["# Training"]},
  {"cell_type": "code", "execution_count": null, "id": "parameters", "metadata": {"tags": ["parameters"]},
   "outputs": [],
   "source": ["epochs = 3\n", "lr = 0.5"]},
  {"cell_type": "code", "execution_count": null, "id": "data", "metadata": {}, "outputs": [],
   "source": ["import mlflow\n", "import numpy as np\n", "\n", "np.random.seed(3)\n",
    "x = np.random.normal(size=(40, 2))\n", "y = (x @ [1.0, -2.0] > 0).astype(float)"]},
  {"cell_type": "code", "execution_count": null, "id": "fit", "metadata": {}, "outputs": [],
   "source": ["w = np.zeros(2)\n", "with mlflow.start_run(run_name=f\"notebook-{epochs}\"):\n",
    "    mlflow.log_params({\"epochs\": epochs, \"lr\": lr})\n", "    for epoch in range(epochs):\n",
    "        p = 1 / (1 + np.exp(-(x @ w)))\n", "        w -= lr * x.T @ (p - y) / len(y)\n",
    "        loss = float(np.mean((p - y) ** 2))\n",
    "        mlflow.log_metric(\"loss\", loss, step=epoch)\n", "        print(epoch, loss)"]},
  {"cell_type": "code", "execution_count": null, "id": "weights", "metadata": {}, "outputs": [], "source": ["w"]}
 ],
 "metadata": {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
  "language_info": {"name": "python"}},
 "nbformat": 4,
 "nbformat_minor": 5
}
END

cat >untracked.py <<'END'
"""Knows nothing of MLflow, and uses the standard library only: its figures are the same on every machine."""

import random
import sys

random.seed(5)
steps = int(sys.argv[1])
place = 0.0
for step in range(steps):
    place += random.random() - 0.5
    print(f"step {step}: {place:.6f}")
print("place:", place)
END

cat >fails.py <<'END'
"""Logs a figure, and raises."""

import mlflow

with mlflow.start_run(run_name="fails"):
    mlflow.log_metric("loss", 0.75, step=0)
    raise ValueError("the loss is not a number")
END

cat >two_runs.py <<'END'
"""Two runs, one after the other; the standard library only."""

import random

import mlflow

random.seed(11)
for depth in (1, 2):
    with mlflow.start_run(run_name=f"two-{depth}"):
        mlflow.log_param("depth", depth)
        mlflow.log_metric("score", random.random() + depth)
END

cat >ambient.py <<'END'
"""Run without `bis run`: bis sees it through MLflow's plug-ins."""

import random

import mlflow

random.seed(13)
with mlflow.start_run(run_name="ambient"):
    mlflow.log_param("seed", 13)
    for step in range(3):
        mlflow.log_metric("loss", random.random() / (step + 1), step=step)
END

cat >plain.py <<'END'
"""Run with BIS_RECORD=0: MLflow alone knows of it."""

import mlflow

with mlflow.start_run(run_name="plain"):
    mlflow.log_param("lr", 0.1)
    mlflow.log_metric("loss", 0.5)
END

cat >interrupted.py <<'END'
"""Its bis is killed before the evidence is stored."""

import random

import mlflow

random.seed(17)
with open("data/customers.csv") as table:
    rows = len(table.readlines()) - 1
with mlflow.start_run(run_name="interrupted"):
    mlflow.log_param("rows", rows)
    for step in range(3):
        mlflow.log_metric("loss", random.random(), step=step)
print("rows", rows)
END

python make_data.py
touch -d 2026-01-05T09:00:00Z data/customers.csv # known, so that a copy can be given the same time
git init --quiet --initial-branch=main
git config user.name Ada
git config user.email ada@example.org
git add .
git commit --quiet -m "Churn"

# -- recorded ---------------------------------------------------------------------------------------------------------

bis run --wait seeded.py --lr 0.1

# With an uncommitted change, and a file that git does not know.
sed -i 's/eta0=0.05/eta0=0.06/' unseeded.py
echo "Try more noise." >notes.txt
bis run --wait unseeded.py
git checkout --quiet unseeded.py
rm notes.txt

bis run --wait training.ipynb
bis run --wait --set epochs=5 training.ipynb
bis run --wait untracked.py 8
bis run --wait fails.py || true
bis run --wait two_runs.py
"${clean[@]}" BIS_WAIT=1 "$bin/python" ambient.py
"${clean[@]}" BIS_RECORD=0 "$bin/python" plain.py

# -- replayed, and what the old version says --------------------------------------------------------------------------

cat >"$home/names.py" <<'END'
import mlflow

runs = mlflow.MlflowClient().search_runs(["0"], max_results=1000, order_by=["attributes.start_time ASC"])
for run in runs:
    tags = run.data.tags
    if "bis.replay.of" not in tags:
        print(run.info.run_name, run.info.run_id)
END
sleep 2 # an ambient run may still be on its way into the store
names() { "${clean[@]}" BIS_RECORD=0 "$bin/python" "$home/names.py"; }
id() { names | sed -n "s/^$1 //p"; }
sqlite() { # QUERY VALUE...
  python -c 'import sqlite3, sys
for row in sqlite3.connect("mlflow.db", isolation_level=None).execute(sys.argv[1], sys.argv[2:]):
    print(*row)' "$@"
}
child() { # the first replay of a run
  sqlite "SELECT a.run_uuid FROM tags a JOIN tags b ON a.run_uuid = b.run_uuid WHERE a.key = 'bis.replay.of'
    AND a.value = ? AND b.key = 'bis.replay.index' AND b.value = '0'" "$1"
}
says() { # FILE COMMAND...: the document, and the exit status
  local file=$1 status=0
  shift
  bis "$@" >"$expected/$file.json" || status=$?
  echo "$file $status bis $*" >>"$expected/commands.txt"
}

seeded=$(id seeded) unseeded=$(id unseeded) notebook=$(id notebook-3) notebook_set=$(id notebook-5)
untracked=$(id untracked)
says replay-seeded replay "$seeded" -n 2 --yes --json
says replay-unseeded replay "$unseeded" -n 2 --yes --json
says replay-notebook replay "$notebook" -n 2 --yes --json
says replay-notebook-set replay "$notebook_set" -n 2 --yes --json
says replay-untracked replay "$untracked" -n 2 --yes --json
says replay-unseeded-fresh replay "$unseeded" --fresh -n 4 --yes --json
says diff-seeded-unseeded diff "$seeded" "$unseeded" --json
printf 'metric,value\naccuracy,0.8\nloss,0.5\n' >"$expected/published.csv"
(cd "$expected" && says verify-seeded verify "$seeded" --expect published.csv --json)
while read -r name run; do
  says "show-$name" show "$run" --json
done < <(names)
says show-child show "$(child "$seeded")" --json

# -- a session whose bis was killed: after the program ended, before anything was stored ------------------------------

before=$(ls "$home/bis-home/sessions")
"${clean[@]}" "$bin/bis" run --wait interrupted.py &
launcher=$!
while :; do
  session=$(comm -13 <(echo "$before") <(ls "$home/bis-home/sessions"))
  [ -n "$session" ] && [ -e "$home/bis-home/sessions/$session/exit.json" ] && break
  sleep 0.01
done
kill -9 "$launcher"
wait "$launcher" || true
[ ! -e "$home/bis-home/sessions/$session/stored.json" ]

# -- packed -----------------------------------------------------------------------------------------------------------

sqlite VACUUM
pack=(tar --sort=name --owner=0 --group=0 --numeric-owner)
"${pack[@]}" -C "$project" -cf - mlflow.db mlruns | gzip -9n >"$out/store.tar.gz"
"${pack[@]}" -C "$home/bis-home" -cf - "sessions/$session" | gzip -9n >"$out/sessions.tar.gz"

# The next command of bis stores it; the store that was packed above does not have that yet.
says show-interrupted show "$(id interrupted)" --json
names >"$expected/runs.txt"
rm "$home/names.py"
