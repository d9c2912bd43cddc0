from sklearn.cluster import KMeans
from sklearn.ensemble import RandomForestClassifier as Forest
from sklearn.linear_model import LogisticRegression
random_state = 7
models = [Forest(n_estimators=10), KMeans(3), LogisticRegression(solver="saga")]
