import signal

import pytest

from services.cli.replay import _patient


def test_ctrl_c_waits_until_the_batch_at_hand_is_written() -> None:
    with _patient() as look:
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            look()


def test_ctrl_c_twice_is_at_once() -> None:
    with _patient():
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


def test_afterwards_ctrl_c_means_what_it_meant() -> None:
    before = signal.getsignal(signal.SIGINT)
    with _patient() as look:
        look()
    assert signal.getsignal(signal.SIGINT) is before
