from sklearn.svm import SVC


def fit(X, y):
    return SVC(C=10).fit(X, y)
