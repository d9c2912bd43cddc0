import lightgbm
import mlflow

params = {"num_leaves": 40, "is_unbalance": True, "lambda_l1": 0.0}
history = lightgbm.cv(params, data, nfold=4)
rounds = len(history["auc-mean"])
model = lightgbm.train(params, data, rounds)
mlflow.log_param("num_leaves", params["num_leaves"])
mlflow.log_param("rounds", rounds)
mlflow.lightgbm.log_model(model, name="model")
