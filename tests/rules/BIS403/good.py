from pathlib import Path

import pandas as pd
data = pd.read_csv(Path("data") / "data.csv")
answer = pd.read_csv("https://example.org/home/data.csv")
