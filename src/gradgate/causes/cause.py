"""What a likely cause is: a name, a sentence, how sure it is, and what it rests on."""

from __future__ import annotations

from dataclasses import dataclass

CERTAIN, LIKELY = "certain", "likely"


@dataclass(frozen=True)
class Cause:
    """What is wrong in the formula or in the program.

    name is one of `gradgate.causes.names`; sentence says what to look for. confidence is CERTAIN where all that failed
    follows from it and nothing else that is known explains it, LIKELY where it explains a part, or where another
    explanation is left. evidence says in numbers what it rests on.
    """

    name: str
    sentence: str
    confidence: str
    evidence: str
