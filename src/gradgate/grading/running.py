"""Grades many submissions through any executor of concurrent.futures: a few ahead, so that memory stays small, and
none lost where a process dies."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Executor, Future, wait
from contextlib import AbstractContextManager
from dataclasses import dataclass

from gradgate.errors import CannotRun
from gradgate.grading.graded import GradedSubmission
from gradgate.grading.submissions import Submission, Unreadable

Grade = Callable[[str, bytes], GradedSubmission]
Blank = Callable[[str, str], GradedSubmission]
Running = dict[Future[GradedSubmission], Submission]


@dataclass(frozen=True)
class Crew:
    """Who grades. start() opens an executor, again where one broke; ahead is how many submissions are handed to it;
    deaths are the exceptions that mean that a process died, whatever it was working on."""

    start: Callable[[], AbstractContextManager[Executor]]
    ahead: int
    deaths: tuple[type[Exception], ...] = (BrokenExecutor,)


def each_graded(
    submissions: Iterable[Submission], grade: Grade, blank: Blank, crew: Crew
) -> Iterator[GradedSubmission]:
    """The submissions graded, in the order in which they are done.

    grade(path, bytes) runs where the executor runs it; blank(path, sentence) is the result of one that cannot be
    graded. Where a process dies, each submission that was in work is graded alone; the one that it dies of again has a
    blank result. Raises CannotRun where the executor gives up.
    """
    work = _Work(deque(submissions), grade, blank, crew)
    while work.waiting:
        for suspect in (yield from work.until_broken(work.waiting, crew.ahead)):
            if (yield from work.until_broken(deque([suspect]), 1)):
                yield blank(suspect.path, "the process that graded it died, and died again with nothing beside it")


@dataclass(frozen=True)
class _Work:
    waiting: deque[Submission]
    grade: Grade
    blank: Blank
    crew: Crew

    def until_broken(
        self, waiting: deque[Submission], ahead: int
    ) -> Generator[GradedSubmission, None, list[Submission]]:
        """Grades what is waiting; returns what was in work when a process died, nothing where none did."""
        running: Running = {}
        with self.crew.start() as executor:
            while waiting or running:
                try:
                    yield from self._hand_out(waiting, running, executor, ahead)
                except BrokenExecutor:
                    return (yield from self._collect(running))
                done = wait(running, return_when=FIRST_COMPLETED).done
                left = yield from self._collect({future: running.pop(future) for future in done})
                if left:
                    return [*left, *(yield from self._collect(running))]
        return []

    def _hand_out(
        self, waiting: deque[Submission], running: Running, executor: Executor, ahead: int
    ) -> Iterator[GradedSubmission]:
        while waiting and len(running) < ahead:
            submission = waiting[0]
            try:
                data = submission.read()
            except Unreadable as reason:
                yield self.blank(submission.path, str(reason))
            else:
                running[executor.submit(self.grade, submission.path, data)] = submission  # still waiting if this fails
            waiting.popleft()

    def _collect(self, running: Running) -> Generator[GradedSubmission, None, list[Submission]]:
        """Waits for all; returns those without a result because a process died."""
        left = []
        for future, submission in running.items():
            try:
                yield future.result()
            except self.crew.deaths:
                left.append(submission)
            except CancelledError as error:
                raise CannotRun("the scheduler is gone; what was graded is kept: the same command goes on") from error
            except CannotRun:
                raise
            except Exception as fault:
                yield self.blank(submission.path, f"gradgate itself failed on it ({type(fault).__name__}: {fault})")
        return left
