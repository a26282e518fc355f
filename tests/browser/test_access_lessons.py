"""Foundations and layers for everyone: what axe-core finds, targets and titles, in every part (see access.py)."""

import pytest
from playwright.sync_api import Page

from imgcls.lessons import Lesson, built_lessons
from tests.browser.access import check

LESSONS = [lesson for lesson in built_lessons() if lesson.section in ("Start", "Foundations", "Layers")]


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.slug or "home")
def test_everyone_can_use_every_part(page: Page, server_url: str, lesson: Lesson) -> None:
    check(page, server_url, lesson)
