import mlflow
import numpy as np
import xgboost
