import mlflow
import tensorflow as tf


class Logbook:
    def __init__(self):
        self.lines = []

    def log_param(self, name, value):
        self.lines.append((name, value))

    def log_metric(self, name, value):
        self.lines.append((name, value))


def save_model(model, path):
    tf.saved_model.save(model, path)


def autolog():
    """Write what happens to a file of the project's own."""


book = Logbook()
book.log_param("alpha", 1)
book.log_metric("accuracy", 0.9)
autolog()
model = tf.keras.Sequential([tf.keras.layers.Dense(1)])
save_model(model, "model")
tf.keras.models.save_model(model, "model.keras")
print(mlflow.__version__)
