"""Draws that decide no result."""

from __future__ import annotations

import time

import pytest

from bis._audit.questions import ml_calls
from bis._audit.questions.draws_without_effect import decides_nothing
from tests.unit._audit.small_projects import analysed

HEAD = "import asyncio, glob, os, random, time\nimport mlflow\nimport numpy as np\nimport torch\n"


@pytest.mark.parametrize(
    ("text", "nothing"),
    [
        ("sample_input = np.random.uniform(size=[1, 3]).astype('float32')", True),
        ("input_example = np.random.rand(1, 30)", True),
        ("dummy = torch.randn(1, 3)", False),
        ("dummy_input = torch.randn(1, 1, 64, 64).to(device)", True),
        ("noise = np.random.rand(3)", False),
        ("x, sample_input = np.random.rand(2)", False),
        ("random.shuffle(experiments)", True),
        ("random.shuffle(self.configs)", True),
        ("random.shuffle(files)", False),
        ("X = torch.rand([1, 3, 8, 8])\nprint(f'{X.shape}')\nmodel.to_onnx('m.onnx', X)", True),
        ("x = torch.rand(1, 3)\ntorch.onnx.export(net, x, 'm.onnx')", True),
        ("x = torch.rand(1, 3)\ns = infer_signature(x, y)", True),
        ("x = torch.rand(1, 3)\nwith torch.no_grad():\n    model.forward(x)", True),
        ("x = torch.rand(1, 3)\nwith torch.no_grad():\n    y = model.forward(x)", False),
        ("x = torch.rand(1, 3)\nwith torch.no_grad():\n    log(model.forward(x))", False),
        ("x = torch.rand(1, 3)\nmodel.forward(x)", False),
        ("x = torch.rand(1, 3)\nmodel.to_onnx('m.onnx', x)\nfit(x)", False),
        ("n = random.randint(1000, 9999)\nrun_name = f'RF_{n}'\nprint(n)", True),
        ("run_name = f'RF_{random.randint(1000, 9999)}'", True),
        ("mlflow.start_run(run_name=f'RF_{random.randint(0, 99)}')", True),
        ("n = random.randint(0, 9)\nrun_name = f'RF_{n}'\nfit(n)", False),
        ("run_name = 'RF_' + str(random.randint(0, 99))", True),
        ("mlflow.set_experiment('eval_' + str(np.random.randint(0, 1000)))", True),
        ("mlflow.set_experiment(f'eval_{np.random.randint(0, 1000)}')", True),
        ("name = 1 + random.randint(0, 9)", False),
        ("dummy_data = [np.random.rand(9, 9) for _ in range(3)]", True),
        ("fake_x = np.random.rand(9)", True),
        ("data = [np.random.rand(9, 9) for _ in range(3)]", False),
        ("time.sleep(random.uniform(0.05, 0.15))", True),
        ("delay = random.random()\ntime.sleep(delay)", True),
        ("await asyncio.sleep(1 + random.random())", True),
        ("delay = random.random()\ntime.sleep(delay)\nfit(delay)", False),
        ("pause(random.random())", False),
        ("sample_loader = torch.utils.data.DataLoader(train, shuffle=True)", True),
        ("loader = torch.utils.data.DataLoader(train, shuffle=True)", False),
        ("text = f'{random.randint(0, 9)} apples'", False),
        ("file_name = random.choice(names)", False),
        ("image = random.choice(os.listdir(folder))", True),
        ("few = random.sample(os.listdir(str(FOLDER)), k=1)", True),
        ("few = np.random.choice(glob.glob('*.png'), 9)", True),
        ("train = random.sample(os.listdir(folder), 5000)", False),
        ("train = random.sample(os.listdir(folder), k=n)", False),
        ("one = random.choice(files)", False),
    ],
)
def test_what_is_drawn_may_decide_nothing(text: str, nothing: bool) -> None:
    """An example of an input, by its name or by what it is given to, and the order of experiments."""
    analysis = analysed({"a.py": HEAD + text + "\n"})
    [module] = analysis.project.modules
    call = next(one for one in module.calls if ml_calls.draws(one))
    assert decides_nothing(analysis, module, call) is nothing


def test_thousands_of_draws_take_linear_time() -> None:
    """Each was compared with all others: 10,000 took a minute."""
    lines = [f"x{i} = np.random.rand(3)\ntime.sleep(y{i})" for i in range(10_000)]
    analysis = analysed({"a.py": HEAD + "\n".join(lines)})
    [module] = analysis.project.modules
    started = time.process_time()
    assert not [one for one in module.calls if ml_calls.draws(one) and decides_nothing(analysis, module, one)]
    assert time.process_time() - started < 5
