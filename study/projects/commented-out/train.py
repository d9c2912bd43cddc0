from sklearn.datasets import load_digits
from sklearn.svm import SVC

# TODO: mlflow.log_param("gamma", 0.001) and mlflow.log_metric("accuracy", ...)
features, target = load_digits(return_X_y=True)
model = SVC(gamma=0.001).fit(features[:1000], target[:1000])
print("accuracy", model.score(features[1000:], target[1000:]))
