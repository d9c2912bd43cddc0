"""What draws, what seeds it, and what gives other bits at the same seed.

Names are those of `bis._audit.frameworks.naming.canonical`; libraries are the first parts of names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from bis._audit.frameworks import fresh_weights
from bis._audit.frameworks.naming import canonical

# Arguments and settings by which a call is given a seed of its own.
SEED_KEYWORDS = frozenset({"random_state", "seed", "random_seed"})
_PYTHON_NUMPY_TORCH = ("random", "numpy", "sklearn", "torch")

# Functions that seed global generators -> the libraries that then repeat themselves.
SEEDERS: dict[str, tuple[str, ...]] = {
    "random.seed": ("random",),
    "numpy.random.seed": ("numpy", "sklearn", "pandas", "scipy", "imblearn"),
    "numpy.random.set_state": ("numpy", "sklearn", "pandas", "scipy", "imblearn"),
    "torch.manual_seed": ("torch",),
    "torch.set_rng_state": ("torch",),
    "torch.cuda.manual_seed": ("torch.cuda",),
    "torch.cuda.manual_seed_all": ("torch.cuda",),
    "torch.mps.manual_seed": ("torch.mps",),
    "torch.xpu.manual_seed_all": ("torch.xpu",),
    "tensorflow.random.set_seed": ("keras", "tensorflow"),
    "tensorflow.random.set_random_seed": ("keras", "tensorflow"),
    "tensorflow.set_random_seed": ("keras", "tensorflow"),
    "keras.utils.set_random_seed": ("random", "numpy", "sklearn", "keras", "tensorflow", "torch"),
    "lightning.pytorch.seed_everything": _PYTHON_NUMPY_TORCH,
    "lightning.pytorch.cli.LightningCLI": _PYTHON_NUMPY_TORCH,  # unless it is told not to
    "transformers.set_seed": ("random", "numpy", "sklearn", "torch", "tensorflow", "keras"),
    "transformers.enable_full_determinism": ("random", "numpy", "sklearn", "torch", "tensorflow", "keras"),
    "accelerate.utils.set_seed": _PYTHON_NUMPY_TORCH,
    "fastai.torch_core.set_seed": _PYTHON_NUMPY_TORCH,
    "monai.utils.set_determinism": _PYTHON_NUMPY_TORCH,
    "ignite.utils.manual_seed": _PYTHON_NUMPY_TORCH,
    "composer.utils.reproducibility.seed_all": _PYTHON_NUMPY_TORCH,
    "mmengine.runner.set_random_seed": _PYTHON_NUMPY_TORCH,
    "catalyst.utils.set_global_seed": _PYTHON_NUMPY_TORCH,
    "torch_geometric.seed_everything": _PYTHON_NUMPY_TORCH,
    "torch_geometric.seed.seed_everything": _PYTHON_NUMPY_TORCH,
    "stable_baselines3.common.utils.set_random_seed": _PYTHON_NUMPY_TORCH,
    "detectron2.utils.env.seed_all_rng": _PYTHON_NUMPY_TORCH,
    "mxnet.random.seed": ("mxnet",),
    "paddle.seed": ("paddle",),
    "dgl.seed": ("dgl",),
}
# Last parts of the names of all that seeds.
SEEDER_NAMES = frozenset(name.rpartition(".")[2] for name in SEEDERS)
# The variable of the environment that seeds the hashes of texts.
SEED_VARIABLE = "PYTHONHASHSEED"

# Makers of generators: seeded by being given an argument.
GENERATORS = frozenset(
    {
        "numpy.random.default_rng", "numpy.random.RandomState", "numpy.random.SeedSequence", "numpy.random.PCG64",
        "numpy.random.MT19937", "numpy.random.Philox", "random.Random", "tensorflow.random.Generator.from_seed",
        "torch.Generator.manual_seed", "keras.random.SeedGenerator", "jax.random.PRNGKey", "jax.random.key",
        "sklearn.utils.check_random_state",
    }
)  # fmt: skip

# Makers of generators that the system seeds where they are given nothing.
UNSEEDED = frozenset({"numpy.random.default_rng", "numpy.random.RandomState", "random.Random"})

# Functions that draw from NumPy's global generator.
NUMPY_DRAWS = frozenset(
    f"numpy.random.{name}"
    for name in (
        "beta", "binomial", "bytes", "chisquare", "choice", "dirichlet", "exponential", "f", "gamma", "geometric",
        "gumbel", "hypergeometric", "laplace", "logistic", "lognormal", "logseries", "multinomial",
        "multivariate_normal", "negative_binomial", "noncentral_chisquare", "noncentral_f", "normal", "pareto",
        "permutation", "poisson", "power", "rand", "randint", "randn", "random", "random_integers", "random_sample",
        "ranf", "rayleigh", "sample", "shuffle", "standard_cauchy", "standard_exponential", "standard_gamma",
        "standard_normal", "standard_t", "triangular", "uniform", "vonmises", "wald", "weibull", "zipf",
    )
)  # fmt: skip
# Functions that draw from the standard library's global generator.
STDLIB_DRAWS = frozenset(
    f"random.{name}"
    for name in (
        "betavariate", "choice", "choices", "expovariate", "gammavariate", "gauss", "getrandbits", "lognormvariate",
        "normalvariate", "paretovariate", "randbytes", "randint", "random", "randrange", "sample", "shuffle",
        "triangular", "uniform", "vonmisesvariate", "weibullvariate",
    )
)  # fmt: skip
# Functions that draw from PyTorch's default generator, unless they are given ``generator=``.
TORCH_DRAWS = frozenset(
    f"torch.{name}"
    for name in (
        "bernoulli", "multinomial", "normal", "poisson", "rand", "rand_like", "randint", "randint_like", "randn",
        "randn_like", "randperm", "nn.init.kaiming_normal_", "nn.init.kaiming_uniform_", "nn.init.normal_",
        "nn.init.orthogonal_", "nn.init.sparse_", "nn.init.trunc_normal_", "nn.init.uniform_",
        "nn.init.xavier_normal_", "nn.init.xavier_uniform_", "utils.data.RandomSampler",
        "utils.data.WeightedRandomSampler", "utils.data.SubsetRandomSampler",
    )
)  # fmt: skip
# Layers of PyTorch that draw when they are made (weights) or called (dropout).
TORCH_LAYERS = re.compile(
    r"torch\.nn\.(?:Linear|LazyLinear|(?:Lazy)?Conv\w+|LSTM\w*|GRU\w*|RNN\w*|Embedding\w*|Bilinear|Transformer\w*|Multihead\w+"
    r"|\w*Dropout\w*|RReLU)$"
)
# Parts of models by torchvision that are made anew, for as many classes as a program has.
TORCHVISION_HEADS = re.compile(
    r"torchvision\.models\.(?:\w+\.)*(?:DeepLabHead|FCNHead|LRASPPHead|TwoMLPHead|RPNHead|\w+RCNN(?:Predictor|Heads)"
    r"|(?:RetinaNet|SSD|SSDLite|FCOS)(?:Classification|Regression)?Head)$"
)
# Functions that draw from TensorFlow's global generator, unless they are given ``seed=``.
TF_DRAWS = frozenset(
    f"tensorflow.{name}"
    for name in (
        "random.normal", "random.uniform", "random.shuffle", "random.truncated_normal", "random.gamma",
        "random.poisson", "random.categorical", "random_normal", "random_uniform", "random_shuffle",
        "truncated_normal", "multinomial", "image.random_flip_left_right", "image.random_flip_up_down",
        "image.random_brightness", "image.random_contrast", "image.random_crop", "image.random_hue",
        "image.random_saturation", "nn.dropout",
    )
)  # fmt: skip
KERAS_DRAWS = frozenset(
    f"keras.random.{name}" for name in ("normal", "uniform", "randint", "shuffle", "truncated_normal", "dropout")
)
# Layers of Keras that draw when they are made or called. Its `applications` bring their weights by default.
KERAS_LAYERS = re.compile(
    r"keras\.(?:layers\.(?:Dense|EinsumDense|\w*Conv\w+|LSTM|GRU|SimpleRNN|LSTMCell|GRUCell|Embedding|\w*Dropout\w*|GaussianNoise"
    r"|MultiHeadAttention|GroupQueryAttention|Bidirectional|ConvLSTM\w+|Random\w+))$"
)
# Models of Keras that draw their weights where they are given none: `ResNet50(weights=None)`.
_APPLICATIONS = re.compile(r"keras\.applications\.(?:\w+\.)?[A-Z]\w+$")
# Keras's generators of pictures: their order, and how they change the pictures, is NumPy's.
_PICTURES = re.compile(
    r"keras\.(?:\w+\.)?preprocessing\.image\.ImageDataGenerator\.flow(?:_from_directory|_from_dataframe)?$"
)


@lru_cache(maxsize=20_000)
def seeded_by(api: str) -> tuple[str, ...]:
    """The libraries that a call of this name seeds; empty for other calls. Its argument is not looked at."""
    name = canonical(api)
    if name.startswith("fastai.") and name.endswith(".set_seed"):  # from fastai.vision.all import *
        return _PYTHON_NUMPY_TORCH
    return SEEDERS.get(name, ())


def drawn_from(api: str) -> str:
    """Whose global generator a call draws from: random, numpy, torch or tensorflow; empty for other calls."""
    name = canonical(api)
    root = name.partition(".")[0]
    if root == "numpy":
        return "numpy" if name in NUMPY_DRAWS else ""
    if root == "random":
        return "random" if name in STDLIB_DRAWS else ""
    if root == "torch":
        return "torch" if name in TORCH_DRAWS or TORCH_LAYERS.match(name) else ""
    if root == "torchvision":
        return "torch" if TORCHVISION_HEADS.match(name) else ""
    if root in {"tensorflow", "keras", "tensorflow_datasets"}:
        return "numpy" if _PICTURES.match(name) else _drawn_by_tensorflow(name)
    return ""


def _drawn_by_tensorflow(name: str) -> str:
    shuffles = name.startswith(("tensorflow.data.", "tensorflow_datasets.")) and name.endswith(".shuffle")
    drawn = shuffles or name in TF_DRAWS or name in KERAS_DRAWS or KERAS_LAYERS.match(name)
    return "tensorflow" if drawn else ""


@lru_cache(maxsize=20_000)
def is_application(api: str) -> bool:
    """Whether a call of this name makes a known model of Keras, whose weights it may be given."""
    return _APPLICATIONS.match(canonical(api)) is not None


def draws_pictures(api: str) -> bool:
    """Whether a call of this name makes batches of pictures with Keras's generator."""
    return _PICTURES.match(canonical(api)) is not None


@lru_cache(maxsize=20_000)
def draws_by_itself(api: str) -> bool:
    """Whether what a call draws is part of a model, wherever it stands: layers, and what draws weights."""
    name = canonical(api)
    if fresh_weights.may_draw(api):
        return True
    if name.startswith("torch."):
        return ".init." in name or TORCH_LAYERS.match(name) is not None
    if name.startswith("torchvision."):
        return TORCHVISION_HEADS.match(name) is not None
    return KERAS_LAYERS.match(name) is not None or is_application(api)


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation that gives other bits from run to run, with all seeds fixed.

    Parameters
    ----------
    names : frozenset of str
        Resolved names, or, with a dot in front, methods of tensors.
    device : str
        ``cpu`` (on the CPU too, with several threads) or ``cuda`` (on the GPU only).
    condition : str
        From when on, in words.
    remedy : str
        What makes it repeatable; empty where nothing does, or the remedy of its library ends the program instead.
    needs : tuple of (int, str, object) or None
        Position, keyword and value of the argument with which alone it does; the value None means any.
    measured : bool
        Whether it was seen by the project's own measurement; else it is taken from the library's documentation.
    """

    names: frozenset[str]
    device: str
    condition: str
    remedy: str = ""
    needs: tuple[int, str, object] | None = None
    measured: bool = False


_TORCH_REMEDY = "torch.use_deterministic_algorithms(True)"
_TF_REMEDY = "tensorflow.config.experimental.enable_op_determinism()"


def _tensor(*names: str) -> frozenset[str]:
    """Functions of PyTorch, as functions and as methods of tensors."""
    return frozenset(f"{owner}.{name}" for owner in ("", "torch", "torch.Tensor") for name in names)


NONDETERMINISTIC: tuple[Operation, ...] = (
    Operation(
        _tensor("index_put", "index_put_"),
        "cpu",
        "from 32,768 elements on, with two threads or more",
        _TORCH_REMEDY,
        (2, "accumulate", True),
        measured=True,
    ),
    Operation(
        frozenset({"tensorflow.math.bincount", "tensorflow.bincount"}),
        "cpu",
        "with weights, with two threads or more; enable_op_determinism() does not change that on the CPU",
        needs=(1, "weights", None),
        measured=True,
    ),
    Operation(
        _tensor("index_add", "index_add_", "scatter_add", "scatter_add_", "scatter_reduce", "scatter_reduce_"),
        "cuda",
        "on a GPU",
        _TORCH_REMEDY,
    ),
    Operation(frozenset({"torch.bincount"}), "cuda", "on a GPU, with weights", needs=(1, "weights", None)),
    Operation(_tensor("histc"), "cuda", "on a GPU"),
    Operation(
        frozenset(f"torch.nn.ReplicationPad{n}d" for n in (1, 2, 3)) | {"torch.nn.MaxPool3d"},
        "cuda",
        "in the backward pass on a GPU",
        _TORCH_REMEDY,
    ),
    Operation(
        frozenset(f"torch.nn.{name}" for name in ("AdaptiveAvgPool2d", "AdaptiveAvgPool3d", "AdaptiveMaxPool2d")),
        "cuda",
        "in the backward pass on a GPU, unless its output's size divides its input's: then no windows overlap",
    ),
    Operation(
        frozenset(
            f"torch.nn.{name}"
            for name in (
                "AvgPool3d", "FractionalMaxPool2d",
                "FractionalMaxPool3d", "MaxUnpool1d", "MaxUnpool2d", "MaxUnpool3d", "ReflectionPad1d",
                "ReflectionPad2d", "ReflectionPad3d", "CTCLoss",
            )
        ),
        "cuda",
        "in the backward pass on a GPU",
    ),
    Operation(
        frozenset(
            f"tensorflow.{name}"
            for name in (
                "math.segment_sum", "math.unsorted_segment_sum", "math.unsorted_segment_mean", "tensor_scatter_nd_add",
                "scatter_nd",
            )
        ),
        "cuda",
        "on a GPU",
        _TF_REMEDY,
    ),
)  # fmt: skip
# Calls after which operations repeat that have this remedy.
MAKES_DETERMINISTIC = frozenset(
    {
        "torch.use_deterministic_algorithms", "torch.set_deterministic", "torch.set_deterministic_debug_mode",
        "tensorflow.config.experimental.enable_op_determinism", "transformers.enable_full_determinism",
    }
)  # fmt: skip
_BY_NAME: dict[str, Operation] = {}
for _operation in reversed(NONDETERMINISTIC):
    _BY_NAME |= dict.fromkeys(_operation.names, _operation)


def nondeterministic(api: str) -> Operation | None:
    """The entry of `NONDETERMINISTIC` that a call of this name falls under, whatever its arguments; None for others."""
    return _BY_NAME.get(canonical(api))


# Hands tasks to other processes. Each draws from generators that the system seeds (spawn, loky), or all draw the same
# numbers, copied from the parent (fork): neither is what a seed in the parent says.
PARALLEL = frozenset(
    {
        "joblib.delayed", "multiprocessing.Process", "multiprocessing.context.Process", "torch.multiprocessing.Process",
        "torch.multiprocessing.spawn", "dask.delayed", "ray.remote",
    }
)  # fmt: skip
PARALLEL_METHODS: dict[str, frozenset[str]] = {
    maker: frozenset(
        {"map", "starmap", "imap", "imap_unordered", "apply", "apply_async", "map_async", "starmap_async", "submit"}
    )
    for maker in (
        "multiprocessing.Pool", "multiprocessing.pool.Pool", "multiprocess.Pool", "torch.multiprocessing.Pool",
        "concurrent.futures.ProcessPoolExecutor", "concurrent.futures.process.ProcessPoolExecutor",
        "loky.get_reusable_executor", "dask.distributed.Client", "distributed.Client",
    )
}  # fmt: skip


@lru_cache(maxsize=20_000)
def hands_over(api: str) -> bool:
    """Whether a call hands a task to another process."""
    name = canonical(api)
    if name in PARALLEL:
        return True
    maker, _dot, method = name.rpartition(".")
    return method in PARALLEL_METHODS.get(maker, ())
