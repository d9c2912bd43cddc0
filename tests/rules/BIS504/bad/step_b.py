from step_a import fit

fit([[1]], [1])
