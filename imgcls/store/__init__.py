"""Where files go: the cache folder, downloads, whole-file writes."""
