import pandas as pd
data = pd.read_csv("C:\\Users\\ada\\data.csv")
more = pd.read_csv("/home/ada/churn/data.csv")
