from datasets import load_dataset

data = load_dataset("imdb", split="train")
parts = data.train_test_split(test_size=0.1)
again = load_dataset("imdb")["train"].train_test_split(0.1)
kept = data.train_test_split(test_size=0.1, seed=7)
cut = data.train_test_split(test_size=0.1, shuffle=False)
