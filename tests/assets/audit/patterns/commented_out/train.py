import mlflow

# mlflow.autolog()
TEXT = """
mlflow.log_param("alpha", 1)
"""
if __name__ == "__main__":
    # mlflow.log_metric("accuracy", 0.9)
    print("log_metric", TEXT)
