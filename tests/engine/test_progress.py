"""How much of a call is read, for whoever listens."""

import threading

import pytest

from promptrec.engine.base import Sampling
from promptrec.engine.progress import listening, report_progress

PROMPTS = [(1, 2, 3, *range(n)) for n in range(1, 60, 7)] * 3


@pytest.mark.parametrize("verb", ["next_logprobs", "loglikelihood", "generate"])
def test_the_embedded_engine_reports_rising_shares_that_end_at_1(any_engine, verb):
    engine, _ = any_engine
    more = {"next_logprobs": [[4, 5]], "loglikelihood": [[(7, 8)] * len(PROMPTS)], "generate": [Sampling(max_tokens=1)]}
    shares = []
    with listening(shares.append):
        readings = getattr(engine, verb)(PROMPTS, *more[verb])
    assert shares == sorted(shares) and shares[-1] == 1 and shares[0] > 0
    assert len(readings) == len(PROMPTS)


def test_nobody_listens_after_the_block_nor_in_another_thread_and_blocks_nest():
    outer, inner = [], []
    report_progress(1, 2)
    with listening(outer.append):
        with listening(inner.append):
            report_progress(1, 4)
        report_progress(1, 2)
        thread = threading.Thread(target=report_progress, args=(3, 4))
        thread.start()
        thread.join()
        report_progress(0, 0)  # a call without prompts
    report_progress(1, 1)
    assert (outer, inner) == ([0.5], [0.25])


def test_who_listens_may_raise_to_stop_and_is_forgotten_then():
    def stop(share):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), listening(stop):
        report_progress(1, 2)
    report_progress(1, 1)
