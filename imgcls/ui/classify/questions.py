"""What the classify lesson asks before it shows."""

from imgcls.ui.classify import fool_questions, input_questions, look_questions

QUESTIONS = look_questions.QUESTIONS + fool_questions.QUESTIONS + input_questions.QUESTIONS
