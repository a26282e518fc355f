"""Pictures and data sets: opening them safely, samples, drawn dogs."""
