"""The parts of the dropout lesson."""
