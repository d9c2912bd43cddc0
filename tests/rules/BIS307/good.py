import keras
import numpy as np
keras.utils.set_random_seed(7)
model = keras.Sequential([keras.layers.Dense(1)])
model.compile(loss="mse")
model.fit(np.ones((10, 1)), np.ones(10), epochs=5, shuffle=False)
