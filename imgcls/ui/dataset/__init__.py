"""The parts of the data set lesson, and the choice of data that the training lesson shares."""
