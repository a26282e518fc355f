"""The shared model module: networks, their weights, labels and preprocessing, and what can be read out of them."""
