from sklearn.linear_model import Ridge


def fit(X, y):
    return Ridge().fit(X, y)
