from sklearn.model_selection import train_test_split
RANDOM_SEED = 42
X_train, X_test = train_test_split(list(range(10)), random_state=1)
