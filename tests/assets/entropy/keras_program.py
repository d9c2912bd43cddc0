"""A net with dropout, fitted with the order of its samples noted; `--seed N` or none; prints digests and orders."""

import hashlib
import json
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy as np
import tensorflow as tf

tf.config.threading.set_intra_op_parallelism_threads(1)  # fails if the runtime is initialised already


def digest(arrays):
    return hashlib.sha256(b"".join(np.ascontiguousarray(a).tobytes() for a in arrays)).hexdigest()[:16]


class Noting(keras.Sequential):
    def train_step(self, data):
        x, _ = data
        tf.numpy_function(lambda first: orders[-1].extend(int(v) for v in first), [x[:, 0]], [])
        return super().train_step(data)


class NewEpoch(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        orders.append([])


seeded = "--seed" in sys.argv
if seeded:
    keras.utils.set_random_seed(int(sys.argv[-1]))
orders = []
facts = {}
x = np.arange(240, dtype="float32").reshape(60, 4) // 4
y = (x[:, :1] % 2).astype("float32")
net = Noting([keras.layers.Dense(4, activation="relu"), keras.layers.Dropout(0.5), keras.layers.Dense(1)])
net.compile("sgd", "mse", jit_compile=False)
net.build((None, 4))
facts["init"] = digest(net.get_weights())
x[:, 1:] /= 60
history = net.fit(x, y, epochs=3, batch_size=8, validation_split=0.2, verbose=0, callbacks=[NewEpoch()])
facts["orders"] = orders
facts["weights"] = digest(net.get_weights())
facts["curve"] = [value.hex() for value in history.history["loss"]]
data = tf.data.Dataset.range(20).shuffle(20)
facts["dataset"] = [[int(v) for v in data] for _ in range(2)]
facts["eager"] = [digest([tf.random.normal([3]).numpy()]) for _ in range(2)]
if not seeded:  # the global generator is not governed by any seed
    facts["generator"] = digest([tf.random.get_global_generator().normal([3]).numpy()])
print(json.dumps(facts))
