"""Many eager TensorFlow draws without a seed; prints how many differ, their correlation and the growth of memory."""

import json
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np
import tensorflow as tf


def resident_kib():
    with open("/proc/self/statm", encoding="ascii") as sizes:
        return int(sizes.read().split()[1]) * 4


def normal(dtype=tf.float32):
    return tf.random.normal([4], dtype=dtype).numpy().tolist()


first = normal()
before = resident_kib()
normals = [normal() for _ in range(2500)]
uniforms = [tf.random.uniform([4]).numpy().tolist() for _ in range(2500)]
growth = resident_kib() - before
doubles = [normal(tf.float64) for _ in range(10)]
tf.keras.backend.clear_session()  # TensorFlow makes its kernels anew
normals += [normal() for _ in range(10)]
draws = [tuple(values) for values in [first, *normals, *uniforms, *doubles]]
data = tf.data.Dataset.range(3).map(lambda i: tf.random.uniform([]))
json.dump(
    {
        "in a graph": [[float(v) for v in data] for _ in range(2)],
        "draws": len(draws),
        "distinct": len(set(draws)),
        "correlation": float(np.corrcoef(np.ravel(normals[:2500]), np.ravel(uniforms))[0, 1]),
        "growth_kib": growth if sys.platform == "linux" else 0,
        "last": draws[-1],
    },
    sys.stdout,
)
