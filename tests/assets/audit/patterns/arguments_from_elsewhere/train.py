import yaml
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split

with open("params.yaml") as file:
    params = yaml.safe_load(file)
first, second = train_test_split(list(range(10)), **params["split"])
model = RandomForestClassifier(**params["model"])
