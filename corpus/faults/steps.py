"""Faults of a step of gradient descent: the order of the updates, one word's errors for all words', repeats, signs."""

import numpy as np

STEP = "step"


def way(right, given):
    """How far the right step moves V_c and U."""
    new_V_c, new_U = right(**given)
    return new_V_c - given["V_c"], new_U - given["U"]


def word_by_word(given):
    """The windows of one word each that make up the window."""
    for c in range(len(given["outsides"])):
        drawn = None if given["negatives"] is None else given["negatives"][c : c + 1]
        yield {**given, "outsides": given["outsides"][c : c + 1], "negatives": drawn}


def moved_by(change):
    """change(way of V_c, way of U, inputs) gives the ways in place of the right ones."""

    def plant(right, given):
        of_V_c, of_U = change(*way(right, given), given)
        return [given["V_c"] + of_V_c, given["U"] + of_U]

    return plant


def center_after_outside(right, given):
    """EH from the rows of U that have moved already."""
    new_U = right(**given)[1]
    of_V_c, _ = way(right, {**given, "U": new_U})
    return [given["V_c"] + of_V_c, new_U]


def outside_after_center(right, given):
    new_V_c = right(**given)[0]
    _, of_U = way(right, {**given, "V_c": new_V_c})
    return [new_V_c, given["U"] + of_U]


def pair_by_pair(right, given):
    V_c, U = given["V_c"], given["U"]
    for window in word_by_word(given):
        V_c, U = right(**{**window, "V_c": V_c, "U": U})
    return [V_c, U]


def of_one_word(place, matrices):
    """One word's errors in place of the sum over the window, in some of the matrices."""

    def plant(right, given):
        new = right(**given)
        windows = list(word_by_word(given))
        one = right(**windows[place]) if windows else new
        return [one[i] if i in matrices else new[i] for i in range(2)]

    return plant


def each_word_once(right, given):
    """What y - multi-hot does: a word that stands twice is a target once, in both updates."""
    new = right(**given)
    kept = np.sort(np.unique(given["outsides"], return_index=True)[1])
    if len(kept) == len(given["outsides"]):
        return new
    drawn = None if given["negatives"] is None else given["negatives"][kept]
    return right(**{**given, "outsides": given["outsides"][kept], "negatives": drawn})


def last_move_wins(right, given):
    """U[rows] -= rate * values with a fancy index: of the moves of a row in the window the last one is kept."""
    new_V_c, new_U = right(**given)
    if given["negatives"] is None:
        return [new_V_c, new_U]
    moved = given["U"].copy()
    for window in word_by_word(given):
        alone = right(**window)[1]
        rows = np.append(window["outsides"], window["negatives"].ravel())
        moved[rows] = alone[rows]
    return [new_V_c, moved]


def to_the_outside_row(of_V_c, of_U, given):
    wrong = np.zeros_like(of_V_c)
    if len(given["outsides"]):
        wrong[given["outsides"][0]] = of_V_c[given["center"]]
    return wrong, of_U


def over_the_window(of_V_c, of_U, given):
    C = max(len(given["outsides"]), 1)
    return of_V_c / C, of_U / C


def decayed(right, given):
    return [new * new.dtype.type(1 - 1e-4) for new in right(**given)]


FAULTS = [
    (
        "step_uphill",
        STEP,
        "new_V_c and new_U",
        "sign",
        "invented",
        "new = old + rate * gradient: the loss grows.",
        moved_by(lambda of_V_c, of_U, given: (-of_V_c, -of_U)),
    ),
    (
        "EH_after_the_update",
        STEP,
        "new_V_c",
        "updated too early",
        "published",
        "EH is taken from the rows of w' that have been updated already.",
        center_after_outside,
    ),
    (
        "EI_after_the_update",
        STEP,
        "new_U",
        "updated too early",
        "invented",
        "The rows of w' are updated with the centre's new vector.",
        outside_after_center,
    ),
    (
        "pair_by_pair",
        STEP,
        "new_V_c and new_U",
        "updated too early",
        "seen",
        "Each word of the window takes a step of its own from where the one before it has led, as word2vec.c does.",
        pair_by_pair,
    ),
    (
        "first_error_for_EI_in_EH",
        STEP,
        "new_V_c",
        "not accumulated",
        "published",
        "EH with e_1,j in place of EI_j: one word's errors, not their sum over the window.",
        of_one_word(0, (0,)),
    ),
    (
        "last_error_for_EI",
        STEP,
        "new_V_c and new_U",
        "not accumulated",
        "invented",
        "EI = e in the loop where += is due: only the last word of the window moves anything.",
        of_one_word(-1, (0, 1)),
    ),
    (
        "targets_as_a_set",
        STEP,
        "new_V_c and new_U",
        "repeats counted once",
        "published",
        "y - multi-hot: a word that stands twice in the window counts once.",
        each_word_once,
    ),
    (
        "last_move_wins",
        STEP,
        "new_U",
        "repeats counted once",
        "seen",
        "U[rows] -= rate * values with a fancy index: a row that moves more than once keeps its last move.",
        last_move_wins,
    ),
    (
        "rate_forgotten",
        STEP,
        "new_V_c and new_U",
        "scale",
        "invented",
        "new = old - gradient: the rate takes no part.",
        lambda right, given: right(**{**given, "rate": 1.0}),
    ),
    (
        "rate_squared",
        STEP,
        "new_V_c and new_U",
        "scale",
        "invented",
        "The rate enters twice: into the errors, and into the step.",
        lambda right, given: right(**{**given, "rate": given["rate"] ** 2}),
    ),
    (
        "step_over_the_window",
        STEP,
        "new_V_c and new_U",
        "mean for sum / scale",
        "invented",
        "The step is divided by C: the mean over the window where the sum is due.",
        moved_by(over_the_window),
    ),
    (
        "outside_vectors_stay",
        STEP,
        "new_U",
        "never written",
        "invented",
        "Only the centre's vector moves: U is never updated.",
        moved_by(lambda of_V_c, of_U, given: (of_V_c, 0 * of_U)),
    ),
    (
        "center_stays",
        STEP,
        "new_V_c",
        "never written",
        "invented",
        "Only the outside vectors move: V_c is never updated.",
        moved_by(lambda of_V_c, of_U, given: (0 * of_V_c, of_U)),
    ),
    (
        "EH_to_the_outside_row",
        STEP,
        "new_V_c",
        "wrong row",
        "invented",
        "EH moves the row of the first outside word in V_c, not that of the centre.",
        moved_by(to_the_outside_row),
    ),
    (
        "weights_decay",
        STEP,
        "new_V_c and new_U",
        "another formula",
        "invented",
        "Every weight shrinks by 1e-4 of itself: a weight decay that nobody asked for.",
        decayed,
    ),
]
