"""Call sites of PyTorch and torchvision, which draw from PyTorch's default generator unless they are handed one."""

from __future__ import annotations

from bis.instrument.entropy.roles.call_site import CALL, NUMPY, PYTHON, START, TORCH, CallSite

_ALL = (TORCH, PYTHON, NUMPY)


def _rows(
    module: str, role: str, *names: str, wrap: str = CALL, generators: tuple[str, ...] = (TORCH,)
) -> list[CallSite]:
    return [
        CallSite(
            module,
            name.removesuffix("*"),
            role,
            generators=generators,
            wrap=wrap,
            verified=name.endswith("*"),
            attributes=("generator",),
        )
        for name in names
    ]


# A name that ends in a star is of a verified site.
SITES: tuple[CallSite, ...] = (
    *_rows("torch.utils.data.dataset", "split", "random_split*"),
    *_rows(
        "torch.nn.init",
        "init",
        "uniform_*",
        "normal_*",
        "trunc_normal_*",
        "xavier_uniform_*",
        "xavier_normal_*",
        "kaiming_uniform_*",
        "kaiming_normal_*",
        "orthogonal_*",
        "sparse_*",
    ),
    *_rows("torch.nn.modules.linear", "init", "Linear.reset_parameters*", "Bilinear.reset_parameters*"),
    *_rows("torch.nn.modules.conv", "init", "_ConvNd.reset_parameters*"),
    *_rows("torch.nn.modules.sparse", "init", "Embedding.reset_parameters*", "EmbeddingBag.reset_parameters*"),
    *_rows("torch.nn.modules.rnn", "init", "RNNBase.reset_parameters*", "RNNCellBase.reset_parameters*"),
    *_rows("torch.nn.modules.activation", "init", "MultiheadAttention._reset_parameters*"),
    *_rows("torch.nn.modules.transformer", "init", "Transformer._reset_parameters*"),
    *_rows(
        "torch.utils.data.sampler",
        "shuffle",
        "RandomSampler.__iter__*",
        "SubsetRandomSampler.__iter__*",
        "WeightedRandomSampler.__iter__*",
        wrap=START,
    ),
    *_rows(
        "torch.nn.functional",
        "dropout",
        "dropout*",
        "alpha_dropout*",
        "dropout1d*",
        "dropout2d*",
        "dropout3d*",
        "feature_alpha_dropout*",
        "rrelu*",
        "gumbel_softmax*",
        "multi_head_attention_forward*",
    ),
    *_rows("torch.nn.modules.rnn", "dropout", "RNN.forward*", "LSTM.forward*", "GRU.forward*"),
    # The base seed of an epoch, from which worker processes are seeded; without these nothing comes of it.
    CallSite(
        "torch.utils.data.dataloader",
        "_BaseDataLoaderIter.__init__",
        "augmentation",
        generators=(TORCH,),
        attributes=("generator",),
        makes_seed=True,
        verified=True,
    ),
    CallSite(
        "torch.utils.data._utils.worker",
        "_worker_loop",
        "augmentation",
        generators=_ALL,
        holds_user_code=True,
    ),
    CallSite(
        "torch.utils.data._utils.fetch",
        "_MapDatasetFetcher.fetch",
        "augmentation",
        generators=_ALL,
        holds_user_code=True,
        works=True,
        verified=True,
    ),
    CallSite(
        "torch.utils.data._utils.fetch",
        "_IterableDatasetFetcher.fetch",
        "augmentation",
        generators=_ALL,
        holds_user_code=True,
        works=True,
    ),
    *_rows("torch._lowrank", "sampling", "svd_lowrank*", "pca_lowrank*"),
    *_rows("torchvision.transforms.transforms", "augmentation", "RandomApply.forward", generators=_ALL),
    *_rows(
        "torchvision.transforms.transforms",
        "augmentation",
        "RandomOrder.__call__",
        "RandomChoice.__call__",
        generators=_ALL,
    ),
    *_rows("torchvision.transforms.transforms", "augmentation", "Compose.__call__", generators=_ALL),
    *_rows("torchvision.transforms.v2._container", "augmentation", "Compose.forward", generators=_ALL),
    *_rows("torchvision.transforms.v2._transform", "augmentation", "Transform.forward", generators=_ALL),
)

_IN_MODULES = {"__init__": "init", "reset_parameters": "init", "_init_weights": "init", "forward": "dropout"}
_FUNCTIONS = [
    "bernoulli",
    "multinomial",
    "normal",
    "poisson",
    "rand",
    "rand_like",
    "randint",
    "randint_like",
    "randn",
    "randn_like",
    "randperm",
]
_METHODS = [
    "bernoulli_",
    "bernoulli",
    "cauchy_",
    "exponential_",
    "geometric_",
    "log_normal_",
    "multinomial",
    "normal_",
    "random_",
    "uniform_",
]
DIRECT = tuple(_FUNCTIONS)
DIRECT_METHODS = tuple(_METHODS)


def role_of_direct(name: str, function: str, *, in_module: bool, is_parameter: bool) -> str:
    """The role for which a function draws that the user's code calls.

    Parameters
    ----------
    name : str
        Of the function of ``torch``, or the method of a tensor.
    function : str
        The function of the user's code that calls it.
    in_module : bool
        Whether that is a method of a ``torch.nn.Module``.
    is_parameter : bool
        Whether the tensor is a parameter of a module.
    """
    if is_parameter:
        return "init"
    if in_module and function in _IN_MODULES:
        return _IN_MODULES[function]
    return "shuffle" if name == "randperm" else "sampling"
