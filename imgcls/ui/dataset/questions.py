"""What the lesson on the data set asks before it shows: about the drawn dogs that come with the app, and the photo."""

from imgcls.ui.dataset import judge_questions, picture_questions
from imgcls.ui.dataset.judge_questions import GOOD, HARDEST
from imgcls.ui.dataset.picture_questions import AUGMENTATION, AVERAGES, CLASSES, DUPLICATES

PARTS = (CLASSES, HARDEST, AVERAGES, DUPLICATES, AUGMENTATION, GOOD)
QUESTIONS = sorted(picture_questions.QUESTIONS + judge_questions.QUESTIONS, key=lambda each: PARTS.index(each.part))
