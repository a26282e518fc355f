"""Ten questions before and after a course, as the class sees them: a student their own answers, the teacher counts."""

from collections.abc import Mapping
from typing import Any

from imgcls.classroom import ClassError, Concepts
from imgcls.classroom.concepts import CONCEPTS, HAKE, PARTS, shares_right
from imgcls.classroom.store import Member


def act(concepts: Concepts, token: str, asked: Mapping[str, Any]) -> None:
    """What "do" names: the teacher's "open" (`part`), "show" and "load" (`file`), and a student's "answer" (`question`,
    `choice`).

    Raises:
        ClassError: it cannot be done.
    """
    match asked.get("do"):
        case "open":
            concepts.open(token, asked.get("part"))
        case "show":
            concepts.show(token)
        case "load":
            concepts.load(token, asked.get("file"))
        case "answer":
            concepts.answer(token, asked.get("question"), asked.get("choice"))
        case _:
            raise ClassError("This question makes no sense.")


def listing(concepts: Concepts, me: Member, token: str) -> dict[str, Any]:
    """What this person sees; of right and wrong nothing until it is shown."""
    survey = concepts.survey(me.code)
    questions = [{"topic": concept.topic, "prompt": concept.prompt, "options": concept.options} for concept in CONCEPTS]
    news: dict[str, Any] = {"questions": questions}
    if survey and survey.shown:
        news["right"] = [concept.right for concept in CONCEPTS]
    if not me.teacher:
        return news | {"mine": concepts.mine(token)}
    news["saved"] = {part: concepts.saved(me.code, part) for part in PARTS if survey and survey.done[part]}
    found = concepts.compared(me.code) if survey and survey.shown else None
    if found is not None:
        shares = [shares_right(counts) for counts in (found.before, found.after)]
        news["result"] = {
            "averages": found.averages, "gain": found.gain, "people": found.people, "matched": found.matched,
            "shares": shares, "others": HAKE,
        }  # fmt: skip
    return news
