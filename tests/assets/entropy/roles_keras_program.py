"""Draws for each role through Keras with the TensorFlow backend, and prints a digest of what each gave."""

import hashlib
import json
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy as np
import tensorflow as tf
from keras.src.trainers.data_adapters.array_data_adapter import ArrayDataAdapter
from sklearn.model_selection import train_test_split

SEED = int(sys.argv[2]) if "--seed" in sys.argv else None
if SEED is not None:
    keras.utils.set_random_seed(SEED)
    tf.random.set_seed(SEED)


class Batches(keras.utils.PyDataset):
    """Twelve batches, which notes what it is asked for."""

    def __init__(self):
        super().__init__()
        self.asked = []

    def __len__(self):
        return 12

    def __getitem__(self, index):
        self.asked.append(index)
        return np.full((1, 1), index / 12), np.zeros((1, 1))


def digest(values):
    return hashlib.sha256(np.ascontiguousarray(values).tobytes()).hexdigest()[:12]


def epochs(dataset):
    """What two passes give, which begin differently in each."""
    return [[int(value) for batch in dataset for value in np.ravel(batch)] for _ in range(2)]


def made(seed):
    """A net, its first weights, and the mask of its dropout."""
    initial = keras.initializers.GlorotUniform(seed=seed)
    dense = keras.layers.Dense(8, kernel_initializer=initial)
    net = keras.Sequential([keras.Input((1,)), dense, keras.layers.Dropout(0.5, seed=seed), keras.layers.Dense(1)])
    net.compile(optimizer="sgd", loss="mse")
    return net, [digest(layer.kernel) for layer in (net.layers[0], net.layers[2])], net.layers[1]


x = np.arange(64.0).reshape(64, 1)
train, _ = train_test_split(x, random_state=SEED)
net, weights, dropout = made(SEED)
_, same_weights, _ = made(SEED)
batches = Batches()
facts = {
    "split": {"train": digest(train)},
    "init": {"seeded": weights[0], "default": weights[1]},
    "dropout": {"mask": digest(dropout(np.ones((4, 8)), training=True))},
    "shuffle": {
        "arrays": epochs(ArrayDataAdapter(np.arange(48), batch_size=8, shuffle=True).get_tf_dataset()),
        "dataset": epochs(tf.data.Dataset.range(24).shuffle(24)),
        "eager": [int(value) for value in tf.random.shuffle(tf.range(24))],
    },
}
net.fit(train / 64, train / 64, epochs=2, verbose=0)
net.fit(batches, epochs=2, shuffle=True, verbose=0)
facts["shuffle"]["batches"] = batches.asked
print(
    json.dumps(
        {
            "facts": facts,
            "weights": digest(net.layers[0].kernel),
            "equal": SEED is None or weights[0] == same_weights[0],
        }
    )
)
