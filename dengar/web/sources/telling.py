"""What the templates of /sumber need beside the records."""

from collections.abc import Mapping
from functools import partial

from starlette.requests import Request

from dengar.models import Job, JobKind, JobState, Run
from dengar.web.access import staff_of
from dengar.web.ailing import tell_ailment, tone
from dengar.web.language import Language, choose_language
from dengar.web.roles import ADMIN
from dengar.web.sources.words import JOB_STATES, JOB_TONES, JOBS, NEWS, OUTCOMES


class SourceWords:
    """The words of one language for runs and jobs."""

    def __init__(self, language: Language) -> None:
        self._language = language

    def outcome(self, run: Run) -> str:
        """Name how a run ended; one that a later version writes is told as it is."""
        return self._language.say(OUTCOMES[run.outcome]) if run.outcome in OUTCOMES else run.outcome

    def job(self, kind: JobKind) -> str:
        """Name what was asked for."""
        return self._language.say(JOBS[kind])

    def job_state(self, state: JobState) -> str:
        """Name how far it is."""
        return self._language.say(JOB_STATES[state])

    def job_tone(self, job: Job) -> str:
        """Give the colour of a job."""
        return JOB_TONES[job.state]


def say_news(request: Request) -> str | None:
    """Give what has just been done, to be told above the page."""
    return NEWS.get(request.query_params.get("kabar", ""))


def page_words(request: Request) -> Mapping[str, object]:
    """Give what every page of /sumber needs."""
    language = choose_language(request)
    return {
        "words": SourceWords(language),
        "tone": tone,
        "ailment": partial(tell_ailment, language),
        "language": language,
        "news": say_news(request),
        "may_change": staff_of(request).role in ADMIN,
    }
