from transformers import Trainer, TrainingArguments

arguments = TrainingArguments("out", report_to=["mlflow"], seed=7)
Trainer(model=None, args=arguments).train()
