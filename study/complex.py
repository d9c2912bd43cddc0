"""The study's "complex" experiment: a small Keras net without a seed, tracked with MLflow.

An ordinary program: it knows nothing of bis. The net and the training are those of the study; the images are
scikit-learn's digits, so that nothing is downloaded and a replay takes seconds. Training, validation and test images
are scaled alike.
"""

from __future__ import annotations

import argparse
import tempfile

import keras
import mlflow
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split


def build(dropout: float) -> keras.Model:
    layers = [keras.Input((8, 8)), keras.layers.Flatten(), keras.layers.Dense(128, activation="relu")]
    if dropout > 0:
        layers.append(keras.layers.Dropout(dropout))
    layers.append(keras.layers.Dense(10))
    model = keras.Sequential(layers)
    model.compile(
        optimizer=keras.optimizers.Adam(),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    return model


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--dropout", type=float, default=0.0)
    args = parser.parse_args()

    images, labels = load_digits(return_X_y=True)
    images = images.reshape(-1, 8, 8) / 16.0
    x_train, x_test, y_train, y_test = train_test_split(images, labels, test_size=0.2, stratify=labels)

    mlflow.set_experiment("study-complex")
    with mlflow.start_run():
        mlflow.log_params(vars(args))
        model = build(args.dropout)
        history = model.fit(
            x_train, y_train, epochs=args.epochs, batch_size=args.batch_size, validation_split=0.1, verbose=0
        ).history
        test_loss, test_accuracy = model.evaluate(x_test, y_test, verbose=0)

        curves = {
            "train_accuracy": history["accuracy"],
            "train_loss": history["loss"],
            "val_accuracy": history["val_accuracy"],
            "val_loss": history["val_loss"],
        }
        for epoch in range(args.epochs):
            mlflow.log_metrics({name: float(values[epoch]) for name, values in curves.items()}, step=epoch)
        mlflow.log_metrics({"test_accuracy": float(test_accuracy), "test_loss": float(test_loss)})
        with tempfile.TemporaryDirectory() as folder:
            path = f"{folder}/net.weights.h5"
            model.save_weights(path)
            mlflow.log_artifact(path)
    final = {name: values[-1] for name, values in curves.items()}
    final |= {"test_accuracy": test_accuracy, "test_loss": test_loss}
    for name, value in sorted(final.items()):
        print(name, repr(float(value)))


if __name__ == "__main__":
    main()
