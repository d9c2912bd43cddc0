from sklearn.cluster import KMeans
from sklearn.ensemble import RandomForestClassifier as Forest
from sklearn.linear_model import LinearRegression, LogisticRegression
from xgboost import XGBClassifier
models = [Forest(n_estimators=10, random_state=7), KMeans(3, random_state=7)]
certain = [LinearRegression(), LogisticRegression(), XGBClassifier(n_estimators=10)]
