"""A module a lesson, named as its slug: `CHECKS` holds for each question an independent way to its right answer."""
