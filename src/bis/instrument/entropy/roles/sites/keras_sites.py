"""Call sites of Keras and TensorFlow.

Keras draws a seed from ``random`` wherever a layer or an initialiser is made without one, and numbers from that seed
later: a layer draws for its role when it is made. TensorFlow's operations are given a pair of seeds when built.
"""

from __future__ import annotations

from bis.instrument.entropy.roles.call_site import CALL, NUMPY, PYTHON, START, TORCH, CallSite


def _rows(
    module: str,
    role: str,
    *names: str,
    seed: str = "seed",
    wrap: str = CALL,
    yields: bool = False,
    replaces: bool = False,
) -> list[CallSite]:
    return [
        CallSite(
            module,
            name.removesuffix("*"),
            role,
            generators=(PYTHON, NUMPY, TORCH),
            wrap=wrap,
            verified=name.endswith("*"),
            seed=seed,
            yields=yields,
            replaces=replaces,
        )
        for name in names
    ]


_LAYERS = "keras.src.layers"
_IMAGES = f"{_LAYERS}.preprocessing.image_preprocessing"

# A name that ends in a star is of a verified site.
SITES: tuple[CallSite, ...] = (
    *_rows("keras.src.initializers.random_initializers", "init", "RandomInitializer.__init__*", replaces=True),
    *_rows(f"{_LAYERS}.regularization.dropout", "dropout", "Dropout.__init__*"),
    *_rows(f"{_LAYERS}.regularization.spatial_dropout", "dropout", "BaseSpatialDropout.__init__"),
    *_rows(f"{_LAYERS}.regularization.alpha_dropout", "dropout", "AlphaDropout.__init__"),
    *_rows(f"{_LAYERS}.regularization.gaussian_dropout", "dropout", "GaussianDropout.__init__"),
    *_rows(f"{_LAYERS}.regularization.gaussian_noise", "dropout", "GaussianNoise.__init__*"),
    *_rows(f"{_LAYERS}.rnn.lstm", "dropout", "LSTMCell.__init__"),
    *_rows(f"{_LAYERS}.rnn.gru", "dropout", "GRUCell.__init__"),
    *_rows(f"{_LAYERS}.rnn.simple_rnn", "dropout", "SimpleRNNCell.__init__"),
    *_rows(f"{_LAYERS}.rnn.conv_lstm", "dropout", "ConvLSTMCell.__init__"),
    *_rows(f"{_LAYERS}.attention.attention", "dropout", "Attention.__init__"),
    *(
        row
        for module, name in (
            ("random_flip", "RandomFlip"),
            ("random_zoom", "RandomZoom"),
            ("random_brightness", "RandomBrightness"),
            ("random_crop", "RandomCrop"),
            ("random_translation", "RandomTranslation"),
            ("random_contrast", "RandomContrast"),
            ("random_rotation", "RandomRotation"),
            ("random_erasing", "RandomErasing"),
            ("random_shear", "RandomShear"),
            ("random_hue", "RandomHue"),
            ("random_saturation", "RandomSaturation"),
            ("random_sharpness", "RandomSharpness"),
            ("random_grayscale", "RandomGrayscale"),
            ("random_color_jitter", "RandomColorJitter"),
            ("random_gaussian_blur", "RandomGaussianBlur"),
            ("rand_augment", "RandAugment"),
            ("mix_up", "MixUp"),
            ("cut_mix", "CutMix"),
            ("aug_mix", "AugMix"),
        )
        for row in _rows(f"{_IMAGES}.{module}", "augmentation", f"{name}.__init__")
    ),
    *_rows("keras.src.random.seed_generator", "sampling", "SeedGenerator.__init__*", yields=True, replaces=True),
    *_rows("keras.src.random.seed_generator", "sampling", "global_seed_generator", seed="", yields=True),
    *_rows(
        "keras.src.trainers.data_adapters.array_data_adapter", "shuffle", "ArrayDataAdapter.get_tf_dataset*", seed=""
    ),
    *_rows("keras.src.trainers.data_adapters.array_data_adapter", "shuffle", "ArrayDataAdapter._get_iterator", seed=""),
    *_rows(
        "keras.src.trainers.data_adapters.py_dataset_adapter",
        "shuffle",
        "PyDatasetAdapter._finite_generator*",
        seed="",
        wrap=START,
    ),
    *_rows("keras.src.utils.dataset_utils", "split", "split_dataset"),
    *_rows("tensorflow.python.data.ops.dataset_ops", "shuffle", "DatasetV2.shuffle*"),
    *_rows("tensorflow.python.ops.random_ops", "shuffle", "random_shuffle*", yields=True),
    *_rows(
        "tensorflow.python.ops.random_ops",
        "sampling",
        "random_uniform*",
        "random_normal",
        "truncated_normal",
        "random_gamma",
        "random_poisson_v2",
        "multinomial_categorical_impl",
        yields=True,
    ),
    *_rows("tensorflow.python.ops.nn_ops", "dropout", "dropout_v2", "_dropout"),
    *_rows(
        "tensorflow.python.ops.image_ops_impl",
        "augmentation",
        "random_flip_up_down",
        "random_flip_left_right",
        "random_brightness",
        "random_contrast",
        "random_hue",
        "random_saturation",
        "random_jpeg_quality",
    ),
)
