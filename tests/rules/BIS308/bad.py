from torch.utils.data import DataLoader
WORKERS = 4
loader = DataLoader(list(range(10)), batch_size=2, shuffle=True, num_workers=WORKERS)
