import mlflow
import yaml
from sklearn.svm import SVC

from features import build

try:
    import xgboost
except ImportError:
    xgboost = None
