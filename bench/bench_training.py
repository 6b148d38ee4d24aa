"""gensim's training loop, the field's yardstick for the throughput of negative sampling: pairs a second in one thread.

It gives back no gradient that could be checked: its pairs are counted, its values are not verified."""

import pytest

pytestmark = pytest.mark.benchmark(group="training", min_rounds=3)


def test_an_epoch_of_gensim(cost_of_training):
    cost_of_training()
