import random

WORDS = {"win": 1, "free": 1, "meeting": 0, "report": 0}
random.seed(1)
weights = {word: random.random() for word in WORDS}
for _ in range(50):
    for word, label in WORDS.items():
        weights[word] += 0.1 * (label - weights[word])
print({word: round(weight, 3) for word, weight in weights.items()})
