import tensorflow as tf
import torch
torch.use_deterministic_algorithms(True)
counts = tf.math.bincount([0, 1, 1])
total = torch.zeros(10)
total.index_put_((torch.zeros(40000, dtype=torch.long),), torch.rand(40000), accumulate=True)
