"""The crew: threads that are used again, and of which one that hangs holds up nobody."""

import threading
from threading import Event

from services.notify.sending_crew import Crew

SECONDS = 10.0


def test_what_hangs_holds_up_nothing_else() -> None:
    crew, over, done = Crew("crew-hangs"), Event(), Event()
    crew.do(lambda: over.wait(SECONDS))
    crew.do(done.set)
    assert done.wait(SECONDS)
    over.set()


def test_a_thread_that_idles_does_what_comes_next() -> None:
    crew, seen, pause = Crew("crew-again"), list[int](), Event()
    for _ in range(3):
        crew.do(lambda: seen.append(threading.get_ident()))
        while crew._idle == 0:
            pause.wait(0.001)
    assert seen == [seen[0]] * 3


def test_a_thread_for_which_nothing_comes_ends() -> None:
    crew, done = Crew("crew-ends", idle_seconds=0.01), Event()
    crew.do(done.set)
    assert done.wait(SECONDS)
    for one in threading.enumerate():
        if one.name == "crew-ends":
            one.join(SECONDS)
    assert "crew-ends" not in {one.name for one in threading.enumerate()}


def test_what_comes_while_a_thread_is_about_to_end_is_done() -> None:
    crew = Crew("crew-busy", idle_seconds=0.0005)
    done = [Event() for _ in range(300)]
    for one in done:
        crew.do(one.set)
        one.wait(0.001)
    assert all(one.wait(SECONDS) for one in done)
