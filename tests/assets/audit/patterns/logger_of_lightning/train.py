import lightning as L
from lightning.pytorch.loggers import MLFlowLogger


class Net(L.LightningModule):
    def training_step(self, batch, _index):
        loss = batch.sum()
        self.log("loss", loss)
        return loss


logger = MLFlowLogger(experiment_name="net")
trainer = L.Trainer(logger=logger, max_epochs=3)
trainer.fit(Net())
