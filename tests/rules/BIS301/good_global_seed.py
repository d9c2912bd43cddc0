import numpy as np
from sklearn.model_selection import train_test_split

np.random.seed(7)
X_train, X_test = train_test_split(list(range(10)))
