import mlflow
from transformers import Trainer

trainer = Trainer(model=None)
result = trainer.train()
trainer.log_metrics("train", result.metrics)
trainer.save_metrics("train", result.metrics)
print(mlflow.__version__)
