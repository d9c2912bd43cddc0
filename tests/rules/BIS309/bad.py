import tensorflow as tf
import torch
counts = tf.math.bincount([0, 1, 1], weights=[0.1, 0.2, 0.3])
total = torch.zeros(10)
total.index_put_((torch.zeros(40000, dtype=torch.long),), torch.rand(40000), accumulate=True)
