"""What the tensors lesson asks before it shows."""

from imgcls.ui.tensors import layout_questions, number_questions

QUESTIONS = layout_questions.QUESTIONS + number_questions.QUESTIONS
