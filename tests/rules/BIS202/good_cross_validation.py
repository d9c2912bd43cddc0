import mlflow
from scikeras.wrappers import KerasRegressor
from sklearn.model_selection import cross_val_score

mlflow.keras.autolog()
print(cross_val_score(KerasRegressor(build), X, y))
