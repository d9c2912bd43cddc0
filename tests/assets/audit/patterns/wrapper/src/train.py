from sklearn.datasets import load_diabetes
from sklearn.linear_model import Ridge

from tracking import make_tracker

SETTINGS = {"alpha": 0.5}

tracker = make_tracker()
tracker.settings(SETTINGS)
model = Ridge(**SETTINGS).fit(*load_diabetes(return_X_y=True))
