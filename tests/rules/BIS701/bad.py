from tensorflow import keras
(train_images, train_labels), (test_images, test_labels) = keras.datasets.fashion_mnist.load_data()
train_images = train_images / 255.0
model = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(128, activation="relu"), keras.layers.Dense(10)])
model.compile(optimizer="adam", loss="mse", metrics=["accuracy"])
model.fit(train_images, train_labels, epochs=10, batch_size=32)
test_loss, test_accuracy = model.evaluate(test_images, test_labels)
