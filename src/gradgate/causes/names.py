"""What causes are called: a small vocabulary, with what each name says of the formula or of the program."""

from __future__ import annotations

NAMES = {
    # the formula
    "sign": "a quantity, or one of its terms, has the wrong sign",
    "scale": "a quantity is a multiple of what it should be",
    "mean for sum": "a mean where the sum is due: a division by K, C or B too many",
    "sum for mean": "a sum where the mean is due: a division by C is missing",
    "base of the logarithm": "a logarithm to another base than e",
    "temperature": "the logits are multiplied by a constant before use",
    "term missing": "a term is left out: the target's, the negatives', or log Z",
    "wrong derivative": "the gradient comes from another derivative than that of the loss",
    "another formula": "a formula of something else: another loss, a logarithm, a probability",
    "stray constant": "a small constant is added inside or outside the formula",
    "normalised vectors": "vectors are scaled to length 1 before use",
    "wrong axis": "a sum runs over the wrong axis",
    "transposed": "a matrix is taken or returned transposed",
    "roles swapped": "two inputs or two results change places",
    # counting
    "repeats counted once": "what occurs m times gets its share once",
    "repeats miscounted": "what occurs m times gets another multiple of its share",
    "wrong negatives": "other negatives take part than those given",
    "K ignored": "the number of negatives does not depend on K",
    "own random numbers": "the result depends on random numbers of its own",
    "words left out of the sum": "the softmax's sum does not run over all words",
    "wrong window": "other words take part than those of the window",
    "not accumulated": "= where += is due: a sum keeps only its last or its first term, or stays zero",
    "pairs mixed up": "what belongs to one pair of a batch goes to another one",
    # rows and entries
    "wrong row": "a gradient is written to another row than that of its word",
    "wrong word": "another word than the given one is read",
    "never written": "rows or entries of a gradient stay zero",
    "stray write": "rows are written that take no part",
    "one entry off": "a single entry is wrong",
    "word 0": "the word 0 is taken for no word",
    # numbers
    "overflow": "the formula is right, but exp or log overflows on the way",
    "clipping": "values are cut off, or set to zero, beyond a limit",
    "low precision": "a lower precision, or a rounding, inside",
    "one size only": "wrong beyond a size or a value only, as of another path for it",
    # the program
    "state": "a call leaves something behind that the next one meets",
    "input changed": "a call writes to its inputs",
    "updated too early": "a gradient is taken at vectors that have been updated already",
    "updated too late": "a gradient is taken at vectors that a step before should have moved",
    "memory layout": "arrays are taken to be contiguous",
    "shape": "a result has another shape than the promised one",
    "dtype": "a result has another dtype than the promised one",
    "no result": "what is returned is not the promised tuple of results",
    "crash": "a call raises",
    "endless": "a call does not return",
    "callback ignored": "the window does not call the loss that it was given",
    "bad index accepted": "an index outside [0, V) is not refused",
    "bad choice accepted": "another loss, reduction or sign than those of the contract is not refused",
    "refusal without a word": "a refusal does not say which argument is wrong",
    "empty input": "no negatives, an empty window, or an empty path, is not provided for",
}
