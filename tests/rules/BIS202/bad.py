import mlflow
from tensorflow import keras
mlflow.sklearn.autolog()
model = keras.Sequential([keras.layers.Dense(1)])
model.compile(loss="mse")
model.fit([[1.0]], [1.0])
