from sklearn.model_selection import train_test_split

# np.random.seed(7)
first, second = train_test_split(list(range(10)))  # random_state=7
