"""The classify page's parts."""
