import mlflow
from pyspark.ml.regression import LinearRegression

with mlflow.start_run():
    model = LinearRegression(featuresCol="features", labelCol="price").fit(train)
    mlflow.spark.log_model(model, "model")
