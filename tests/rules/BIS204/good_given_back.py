import mlflow


def open_run(name):
    run = mlflow.start_run(run_name=name, nested=True)
    return run, run.info.run_id


def open_both(name):
    return mlflow.start_run(run_name=name), name
