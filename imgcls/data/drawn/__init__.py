"""Small drawings of animals, made by code in any number: a data set that needs no download."""
