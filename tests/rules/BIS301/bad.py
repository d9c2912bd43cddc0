from sklearn.datasets import load_diabetes
from sklearn.model_selection import KFold, train_test_split
SEED = 7
X, y = load_diabetes(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2)
folds = KFold(5, shuffle=True, random_state=None)
