"""What every other package agrees on: the catalogue, the tables, normalisation, ids, errors, settings."""
