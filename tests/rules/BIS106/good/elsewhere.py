import wandb
from sklearn.svm import SVC

wandb.init()
wandb.log({"a": SVC(C=10).fit(X, y).score(X, y)})
