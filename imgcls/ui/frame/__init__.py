"""What stands around every lesson: the photo and what keeps it, the questions asked first, cookies, the focus."""
