import mlflow
import pandas as pd
from sklearn.linear_model import LinearRegression

mlflow.set_tracking_uri("http://tracking.internal.example:5000")
mlflow.set_experiment("prices")
table = pd.read_csv("/data/prices/houses.csv")
with mlflow.start_run():
    model = LinearRegression().fit(table[["rooms", "area"]], table["price"])
    mlflow.log_metric("r2", model.score(table[["rooms", "area"]], table["price"]))
    mlflow.sklearn.log_model(model, "model")
