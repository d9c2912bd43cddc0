"""Which draws go into an experiment."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from bis._audit.auditor import Options, audit_project
from bis._audit.questions import ml_calls
from bis._audit.questions.experiment_inputs import goes_into_experiment
from tests.unit._audit.small_projects import analysed, write

if TYPE_CHECKING:
    from pathlib import Path

HEAD = (
    "import asyncio, glob, os, random, shutil, time\nimport mlflow, torch\nimport numpy as np\nimport pandas as pd\n"
    "from sklearn.linear_model import Ridge\nfrom sklearn.model_selection import train_test_split\n"
)
MAKE = "def make():\n    return np.random.rand(9)\n"


def draws_of(files: dict[str, str]) -> list[bool]:
    """Of each draw in the first file, whether it goes into the experiment."""
    analysis = analysed(files)
    module = next(one for one in analysis.project.modules if one.file == next(iter(files)))
    return [goes_into_experiment(analysis, module, one) for one in module.calls if ml_calls.draws(one)]


@pytest.mark.parametrize(
    "text",
    [
        "sample_input = np.random.uniform(size=[1, 3]).astype('float32')",
        "input_example = np.random.rand(1, 30)",
        "dummy_input = torch.randn(1, 1, 64, 64).to(device)",
        "input_example = np.random.rand(1, 30)\njson.dump(input_example.tolist(), open('input.json', 'w'))",
        "sample_input = np.random.rand(1, 30)\nnp.save('input.npy', sample_input)",
        "def log(model, input_example):\n    np.save('x.npy', input_example)\nlog(m, input_example=np.random.rand(1))",
        "def log(model, example_inputs):\n    np.save('input.npy', example_inputs)\nlog(m, np.random.rand(1))",
        "random.shuffle(experiments)",
        "random.shuffle(self.configs)",
        "X = torch.rand([1, 3, 8, 8])\nprint(f'{X.shape}')\nmodel.to_onnx('m.onnx', X)",
        "x = torch.rand(1, 3)\ntorch.onnx.export(net, x, 'm.onnx')",
        "x = torch.rand(1, 3)\ns = infer_signature(x, y)",
        "x = torch.rand(1, 3)\nwith torch.no_grad():\n    model.forward(x)",
        "n = random.randint(1000, 9999)\nrun_name = f'RF_{n}'\nprint(n)",
        "run_name = f'RF_{random.randint(1000, 9999)}'",
        "mlflow.start_run(run_name=f'RF_{random.randint(0, 99)}')",
        "run_name = 'RF_' + str(random.randint(0, 99))",
        "mlflow.set_experiment('eval_' + str(np.random.randint(0, 1000)))",
        "mlflow.set_experiment(f'eval_{np.random.randint(0, 1000)}')",
        "dummy_data = [np.random.rand(9, 9) for _ in range(3)]",
        "fake_x = np.random.rand(9)",
        "time.sleep(random.uniform(0.05, 0.15))",
        "delay = random.random()\ntime.sleep(delay)",
        "await asyncio.sleep(1 + random.random())",
        "sample_loader = torch.utils.data.DataLoader(train, shuffle=True)",
        "image = random.choice(os.listdir(folder))",
        "few = random.sample(os.listdir(str(FOLDER)), k=1)",
        "few = np.random.choice(glob.glob('*.png'), 9)",
        # rows, pictures and questions to look at
        "for i in np.random.choice(len(X_test), 5):\n    print(model.predict(X_test[i:i + 1]))",
        "i = random.randint(0, len(images) - 1)\nshow(i, names[i])\ndef show(i, name):\n    plt.imshow(images[i])",
        "q = random.choice(questions)\nanswer = chat(user, q)\nprint(answer)",
        "mlflow.log_image(images[random.randrange(9)], 'one.png')",
        "colors = [[random.randint(0, 255) for _ in range(3)] for _ in names]\nplt.plot(x, color=colors[0])",
        # which calls are traced, and invented answers
        "def sampled(f):\n    def inner(*a):\n        if random.random() < 0.1:\n            f()\n    return inner",
        "def fallback():\n    return [random.choice(teams) for _ in '123']\ndf = pd.DataFrame(fallback())\nprint(df)",
        "def train(x):\n    p = float(np.random.rand())\n    print(p)\n    net(x).backward()",
        "predictions = [random.random() for _ in rows]\npd.DataFrame(predictions).to_csv('predictions.csv')",
        "@app.get('/quote')\ndef quote():\n    return random.choice(quotes)",
        "import gradio as gr\ndef reply(x):\n    return random.choice(words)\ngr.Interface(fn=reply)",
        # placeholders of an exporter, buffers, and inputs of which the size alone matters
        (
            "class Op(torch.autograd.Function):\n    @staticmethod\n    def forward(ctx, x):\n"
            "        return torch.randint(0, 9, (3,))"
        ),
        "imgs = torch.randn((8, 3, 64, 64))\nimgs[0] = one\nout = context.execute(imgs.data_ptr())",
        (
            "class Net(torch.nn.Module):\n    def __init__(self):\n        x = self.conv(torch.rand(1, 3, 32, 32))\n"
            "        self.fc = torch.nn.Sequential(x.view(1, -1).size(1))\n    def forward(self, x):\n"
            "        return self.fc(x)"
        ),
        # what by its name shows something, or only looks like data
        "def plot_residuals(X):\n    return pd.DataFrame(X + np.random.normal(size=3))\nflow.node(plot_residuals)",
        "def show_batch():\n    i = np.random.choice(9)\n    return X[i]\nmodel.fit(show_batch())",
        "dummy_series = np.random.randn(50)\ntemp.fit(dummy_series)\nmodel.load_state_dict(s)",
        "def make_mock_rows():\n    return np.random.rand(3)\nnp.save('rows', make_mock_rows())",
        # requests, and what is written of them
        (
            "class Router:\n    async def __call__(self, request):\n        canary = random.random() < self.p\n"
            "        h = self.a if canary else self.b\n        return h(request)"
        ),
        "t = np.sort(np.random.randint(0, 9, 3))\nlog_df = pd.DataFrame(t)\nlog_df.to_csv(LOG_PATH)\nRidge().fit(X, y)",
        "d = pd.DataFrame(np.random.rand(3))\nd['prediction'] = p\nd.to_csv('d.csv')\nRidge().fit(X, y)",
        "folder = temp_dir / 'a'\nimg = np.random.rand(3)\nnp.save(folder / 'b', img)\nRidge().fit(X, y)",
        # the name of the example is that of the batch, later or before
        "for x, y in batches:\n    loss = net(x)\n    loss.backward()\nx = torch.rand(1, 3)\nexport(net, x)",
        "x = torch.rand(1, 3)\nexport(net, x)\nfor x, y in batches:\n    loss = net(x)\n    loss.backward()",
        "x = np.random.rand(3)\nplot(x)\nx = load()\nmodel.fit(x)",
        # the order of experiments
        "random.shuffle(todo)\nfor p in todo:\n    with mlflow.start_run():\n        Ridge(**p).fit(X, y)",
        "random.shuffle(todo)\nfor p in todo:\n    model = Ridge(**p)\n    model.fit(X, y)",
        "np.random.shuffle(all_variants)",
        "random.shuffle(param_grid)",
        # mock rows that only a test writes
        "def create_mock():\n    pd.DataFrame([random.random()]).to_csv('mock.csv')\nRidge().fit(X, y)",
    ],
)
def test_what_decides_no_result(text: str) -> None:
    """Examples, names, delays, pictures, and the order of experiments."""
    assert not any(draws_of({"a.py": HEAD + text + "\n"}))


@pytest.mark.parametrize(
    "text",
    [
        "noise = np.random.rand(3)\nmodel.fit(X + noise, y)",
        "x, sample_input = np.random.rand(2)\nmodel.fit(x)",
        "random.shuffle(files)\ndata = [read(f) for f in files]\nmodel.fit(data)",
        "x = torch.rand(1, 3)\nwith torch.no_grad():\n    y = model.forward(x)\nfit_on(y)\nmodel.fit(y)",
        "x = torch.rand(1, 3)\nmodel.to_onnx('m.onnx', x)\nmodel.fit(x)",
        "n = random.randint(0, 9)\nrun_name = f'RF_{n}'\nmodel.fit(n)",
        "data = [np.random.rand(9, 9) for _ in range(3)]\nmodel.fit(data)",
        "delay = random.random()\ntime.sleep(delay)\nmodel.fit(delay)",
        "loader = torch.utils.data.DataLoader(train, shuffle=True)\nfor x in loader:\n    net(x).sum().backward()",
        "file_name = random.choice(names)\nmodel.fit(pd.read_csv(file_name))",
        "train = random.sample(os.listdir(folder), 5000)\nmodel.fit([read(one) for one in train])",
        # on the way to a training, a split or a file of data
        "X = np.random.rand(9)\nX_train, X_test = train_test_split(X, random_state=1)",
        (
            "rows = []\nfor _ in range(9):\n    rows.append({'a': random.random()})\ndf = pd.DataFrame(rows)\n"
            "df.to_csv('d.csv')\nRidge().fit(df)"
        ),
        "df['noise'] = np.random.normal(size=9)\nRidge().fit(df[cols], df.y)",
        "for f in random.sample(files, 100):\n    shutil.copy(f, 'train')\nRidge().fit(X, y)",
        "mask = np.random.rand(len(df)) < 0.8\ntrain = df[mask]\nRidge().fit(train, y)",
        "def noisy(x):\n    return x + np.random.normal(size=3)\nRidge().fit(noisy(X), y)",
        "def noisy(x):\n    y = x + np.random.normal(size=3)\n    return y.clip(0, 1)\nRidge().fit(X.apply(noisy), y)",
        (
            "def batches():\n    while True:\n        i = np.random.randint(0, 9)\n        yield X[i]\n"
            "for x in batches():\n    model.train_on_batch(x)"
        ),
        "def losses(a, b):\n    return (a - b).mean()\nlosses(*pair(torch.rand(3))).backward()",
        "z = torch.randn(8, 16)\nfake = g(z)\nloss = (d(fake) - 1).pow(2).mean()\nloss.backward()",
        "i = np.random.randint(0, 9, size=4)\nloss = f(X[i], y[i])\nloss.backward()",
        # parameters and results
        "mlflow.log_param('lr', random.uniform(0, 1))",
        "params = {'alpha': random.choice([1, 2])}\nmodel = Ridge(**params)\nmodel.fit(X, y)",
        "for alpha in np.random.uniform(0, 1, 20):\n    model = Ridge(alpha=alpha)\n    model.fit(X, y)",
        "for p in random.sample(grid, 5):\n    model = Ridge(**p)\n    model.fit(X, y)",
        "i = np.random.choice(9, 9)\nacc = np.mean(y[i] == p[i])\nmlflow.log_metric('acc', acc)",
        # a seed, and what is gathered into another array
        "@step\ndef load(random_state):\n    return rows(random_state)\nd = load(random_state=random.randint(0, 9))",
        "import zenml\n@zenml.step\ndef load():\n    i = np.random.choice(9, 3)\n    return X[i]",
        (
            "class B:\n    def sample(self):\n        i = np.random.randint(0, 9, 3)\n"
            "        np.take(self.states, i, axis=0, out=self.tmp)\n        return self.tmp\n"
            "b = B()\nmodel.fit(b.sample())"
        ),
        # methods that a framework calls
        (
            "class D(torch.utils.data.Dataset):\n    def __getitem__(self, i):\n        if random.random() < 0.5:\n"
            "            return flip(self.x[i])\n        return self.x[i]"
        ),
        (
            "class D:\n    def __getitem__(self, i):\n        return self.cut(self.x[i])\n    def cut(self, x):\n"
            "        at = random.randint(0, 9)\n        return x[at:]"
        ),
        (
            "class Vae(torch.nn.Module):\n    def forward(self, x):\n        return self.mix(x, x)\n"
            "    def mix(self, m, s):\n        eps = torch.randn_like(s)\n        return m + eps * s"
        ),
        (
            "class Gen(keras.utils.Sequence):\n    def __getitem__(self, i):\n        return self.x[self.order[i]]\n"
            "    def on_epoch_end(self):\n        np.random.shuffle(self.order)"
        ),
        "class Flip:\n    def __call__(self, x):\n        return -x if random.random() < 0.5 else x",
        "class W(torch.nn.Module):\n    def __init__(self):\n        self.w = torch.nn.Parameter(torch.randn(3))",
        (
            "class Pool:\n    def __init__(self):\n        self.kept = []\n    def pick(self):\n"
            "        self.now = random.sample(self.kept, 3)\npool = Pool()\npool.pick()\nmodel.fit(pool.now)"
        ),
        (
            "def collate(rows):\n    i = random.randrange(9)\n    return rows[i]\n"
            "l = torch.utils.data.DataLoader(d, collate_fn=collate)\nfor x in l:\n    net(x).sum().backward()"
        ),
        "def main():\n    def pick(rows):\n        return random.sample(rows, 3)\n    data.map(pick)",
        # only decisions, in what trains
        "def train(x):\n    if torch.rand(1).item() < 0.5:\n        x = -x\n    net(x).backward()",
        "def train(x):\n    p = float(np.random.rand())\n    if p < 0.5:\n        x = -x\n    net(x).backward()",
        (
            "def train(xs):\n    for x in xs:\n        forced = True if random.random() < 0.5 else False\n"
            "        loss = net(x, forced)\n        loss.backward()"
        ),
        (
            "def act(s):\n    if random.random() < 0.1:\n        return 0\n    return best(s)\n"
            "for s in states:\n    a = act(s)\n    r = 1 if a == 2 else 0\n    model.partial_fit(s, [r])"
        ),
    ],
)
def test_what_goes_into_an_experiment(text: str) -> None:
    """Data, batches, noise, weights, hyperparameters, and what is measured."""
    assert draws_of({"a.py": HEAD + text + "\n"})[0]


@pytest.mark.parametrize(
    ("files", "goes"),
    [
        ({"data.py": MAKE, "main.py": "from data import make\nRidge().fit(make(), y)\n"}, True),
        ({"data.py": "X = np.random.rand(9)\n", "main.py": "from data import X\nRidge().fit(X, y)\n"}, True),
        ({"data.py": MAKE, "main.py": "from data import make\nprint(make())\n"}, False),
        (
            {
                "nodes.py": "def split(df):\n    i = np.random.permutation(9)\n    return df.iloc[i]\n",
                "pipeline.py": "from kedro.pipeline import node\nfrom nodes import *\nnode(split, 'a', 'b')\n",
            },
            True,
        ),
        (
            {
                "main.py": "from net import Net\nnet = Net()\nn = net(torch.rand(1, 3)).shape[1]\nprint(n)\n",
                "net.py": "class Net(torch.nn.Module):\n    def forward(self, x):\n        return self.l(x)\n",
            },
            False,
        ),
        (
            {
                "main.py": "from net import Net\nnet = Net()\nloss = net(torch.rand(1, 3))\nloss.backward()\n",
                "net.py": "class Net(torch.nn.Module):\n    def forward(self, x):\n        return self.l(x)\n",
            },
            True,
        ),
    ],
)
def test_values_are_followed_across_files(files: dict[str, str], goes: bool) -> None:
    """Through functions, names and models of other files; of a call whose result goes nowhere, not its arguments."""
    assert draws_of({name: HEAD + text for name, text in files.items()}) == [goes]


@pytest.mark.parametrize(
    ("maker", "told"),
    [
        ("np.random.default_rng()", True),
        ("np.random.default_rng(None)", True),
        ("np.random.RandomState()", True),
        ("random.Random()", True),
        ("np.random.default_rng(1)", False),
        ("np.random.default_rng(seed)", False),
        ("random.Random(SEED)", False),
    ],
)
@pytest.mark.parametrize(
    ("use", "goes"), [("Ridge().fit(X + rng.normal(size=3), y)", True), ("print(rng.random())", False)]
)
def test_generators_without_a_seed(maker: str, told: bool, use: str, goes: bool, tmp_path: Path) -> None:
    """No global seed reaches them; what they draw is followed as other draws are."""
    text = f"{HEAD}np.random.seed(1)\nrandom.seed(1)\nrng = {maker}\n{use}\nRidge().fit(X, y)\n"
    write(tmp_path, {"a.py": text})
    findings = audit_project(tmp_path, "p", Options(select=("BIS303",))).findings
    assert bool(findings) is (told and goes)


def test_thousands_of_draws_take_linear_time() -> None:
    """Each was compared with all others: 10,000 took a minute."""
    lines = [f"x{i} = np.random.rand(3)\ntime.sleep(y{i})\nx = np.random.rand(3)\nmodel.fit(x)" for i in range(5_000)]
    started = time.process_time()
    assert sum(draws_of({"a.py": HEAD + "\n".join(lines)})) == 5_000
    assert time.process_time() - started < 5
