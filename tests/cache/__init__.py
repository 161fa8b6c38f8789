"""The cache: what it keeps, what it survives."""
