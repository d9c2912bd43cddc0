from sklearn.model_selection import train_test_split

from setup_seeds import fix

fix(7)
first, second = train_test_split(list(range(10)))
