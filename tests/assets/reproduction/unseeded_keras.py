"""No seed anywhere: weights, dropout and the order of batches draw from the system."""

import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import mlflow
import numpy as np

images, labels = np.random.rand(400, 64), np.random.randint(0, 10, 400)
net = keras.Sequential(
    [keras.Input((64,)), keras.layers.Dense(16, activation="relu"), keras.layers.Dropout(0.2), keras.layers.Dense(10)]
)
net.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
with mlflow.start_run():
    history = net.fit(images, labels, epochs=2, validation_split=0.2, verbose=0).history
    for epoch, (loss, val_loss) in enumerate(zip(history["loss"], history["val_loss"], strict=True)):
        mlflow.log_metrics({"loss": loss, "val_loss": val_loss}, step=epoch)
