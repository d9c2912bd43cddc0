import mlflow
run_id = "0123456789abcdef0123456789abcdef"
model = mlflow.tensorflow.load_model(f"runs:/{run_id}/model")
other = mlflow.pyfunc.load_model("runs:/fedcba9876543210fedcba9876543210/model")
history = mlflow.get_run("00112233445566778899aabbccddeeff")
