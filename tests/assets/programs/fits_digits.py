"""A small net on digits: the split is drawn anew in each run, the net has a seed."""

from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

X, y = load_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X / 16.0, y, train_size=300, test_size=100)
net = MLPClassifier((8,), max_iter=3, batch_size=50, random_state=7)
net.fit(X_train, y_train)
print("accuracy", (net.predict_proba(X_test).argmax(axis=1) == y_test).mean())
