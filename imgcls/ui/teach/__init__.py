"""The lesson plan for teachers."""
