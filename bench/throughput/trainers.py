"""The trainers that are compared. Each is made for a text, and trained once; all from the raw words on is timed.

All start at the rate 0.025 and fall evenly to 0.0001, as in word2vec.c and gensim; V_c starts in +-1/(2d), U at 0."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from gradgate import load
from gradgate.training.gradients import Gradient

RATE, LAST_RATE = 0.025, 0.0001
SENTENCES = 4  # whose windows are drawn at a time
BATCH = 64  # pairs of a minibatch, which share their negatives: of 256 the loss is a tenth worse


class Gensim:
    """gensim's Word2Vec: skip-gram with negatives for each pair, in its compiled loop."""

    def __init__(self, text, draws, d, threads):
        from gensim.models import Word2Vec

        self.text = text
        settings = {"sg": 1, "hs": 0, "window": 5, "sample": 1e-3, "ns_exponent": 0.75, "min_count": 1, "seed": 1}
        rates = {"alpha": RATE, "min_alpha": LAST_RATE}
        self.model = Word2Vec(vector_size=d, negative=draws.K, workers=threads, epochs=1, **settings, **rates)
        everything = [list(map(str, sentence)) for sentence in text.sentences.tolist()]
        self.model.build_vocab(everything)
        self.sentences = everything[: -text.tests]

    def train(self):
        self.model.train(self.sentences, total_words=self.text.training.size, epochs=1)

    def matrices(self):
        order = [self.model.wv.key_to_index[str(word)] for word in range(len(self.text.counts))]
        return self.model.wv.vectors[order], self.model.syn1neg[order]


class _Ours:
    """What ours have in common: the matrices, and blocks of sentences with the rate of each."""

    def __init__(self, text, draws, d, threads):
        rng = np.random.default_rng(1)
        self.draws, self.threads = draws, threads
        V = len(text.counts)
        self.V_c = ((rng.random((V, d), np.float32) - np.float32(0.5)) / np.float32(d)).astype(np.float32)
        self.U = np.zeros((V, d), np.float32)
        self.blocks = np.split(text.training, range(SENTENCES, len(text.training), SENTENCES))
        draws.windows(text.training[:1], 0), draws.pairs(text.training[:1], 0)  # compiles

    def train(self):
        with ThreadPoolExecutor(self.threads) as pool:
            list(pool.map(self._block, range(len(self.blocks))))

    def _rate(self, block):
        return RATE - (RATE - LAST_RATE) * block / len(self.blocks)

    def matrices(self):
        return self.V_c, self.U


class PairSteps(_Ours):
    """numba_steps on windows of one word: a step a pair, with negatives of its own. Threads race, as gensim's do."""

    def __init__(self, *given):
        super().__init__(*given)
        self.steps, self.draw = load("numba_steps").module.steps, self.draws.pairs

    def _block(self, block):
        drawn = self.draw(self.blocks[block], block + 1)
        self.steps(self.V_c, self.U, *drawn, self._rate(block))


class SharedSteps(PairSteps):
    """numba_steps on whole windows, whose words share their negatives."""

    def __init__(self, *given):
        super().__init__(*given)
        self.draw = self.draws.windows


class NumPyBatches(_Ours):
    """numpy_rows: minibatches of pairs that share their negatives, each a step down the sum of its gradients."""

    def __init__(self, *given):
        super().__init__(*given)
        self.gradients = load("numpy_rows").module.negative_sampling_batch

    def _block(self, block):
        centers, outsides, offsets, negatives = self.draws.windows(self.blocks[block], block + 1)
        centers, rate = np.repeat(centers, np.diff(offsets)), self._rate(block)
        for b, start in enumerate(range(0, len(outsides), BATCH)):
            part = slice(start, start + BATCH)
            self._step(centers[part], outsides[part], negatives[b], rate)

    def _step(self, centers, outsides, negatives, rate):
        _, grad_centers, (rows, values) = self.gradients(self.V_c[centers], outsides, negatives, self.U)
        _descend(self.V_c, centers, grad_centers, rate)
        _descend(self.U, rows, values, rate)


def _descend(matrix, rows, values, rate):
    gradient = Gradient("gradient", matrix)
    gradient.add(values, rows)
    gradient.descend(matrix, rate)


class TorchBatches(NumPyBatches):
    """torch_rows: the same minibatches, with torch's own scatter."""

    def __init__(self, *given):
        import torch

        super().__init__(*given)
        torch.set_num_threads(self.threads)
        self.threads = 1  # torch's own are within an operation
        self.gradients, self.tensor = load("torch_rows").module.negative_sampling_batch, torch.from_numpy
        self.V_c, self.U = self.tensor(self.V_c), self.tensor(self.U)

    def _step(self, centers, outsides, negatives, rate):
        centers, outsides, negatives = map(self.tensor, (centers, outsides, negatives))
        _, grad_centers, (rows, values) = self.gradients(self.V_c[centers], outsides, negatives, self.U)
        self.V_c.index_add_(0, centers, grad_centers, alpha=-rate)
        self.U.index_add_(0, rows, values, alpha=-rate)

    def matrices(self):
        return self.V_c.numpy(), self.U.numpy()


TRAINERS = {
    "gensim": Gensim,
    "numba_steps, per pair": PairSteps,
    "numba_steps, shared negatives": SharedSteps,
    "torch_rows, shared negatives": TorchBatches,
    "numpy_rows, shared negatives": NumPyBatches,
}
