"""Splits and draws samples in the processes of a pool of joblib."""

import json

import numpy as np
from joblib import Parallel, delayed
from sklearn.model_selection import train_test_split
from sklearn.utils import resample


def work(i):
    return train_test_split(np.arange(20))[0].tolist(), resample(np.arange(20)).tolist()


if __name__ == "__main__":
    split, sampling = zip(*Parallel(n_jobs=2)(delayed(work)(i) for i in range(4)))
    print(json.dumps({"facts": {"split": {"train": split}, "sampling": {"chosen": sampling}}}))
