"""Faults of several steps: their order, what one leaves to the next, and negatives that the words of a window share."""

import numpy as np

STEPS = "steps"
INVENTED, PUBLISHED, SEEN = "invented", "published", "seen"


def windows(given):
    """The inputs of each window by itself, in their order."""
    offsets = given["offsets"]
    for b in range(len(given["centers"])):
        words = given["outsides"][offsets[b] : offsets[b + 1]]
        yield window(given, given["centers"][b], words, given["negatives"][b])


def window(given, center, words, drawn):
    """The inputs of one window."""
    one = {"centers": np.array([center]), "outsides": words, "offsets": np.array([0, len(words)])}
    return {**given, **one, "negatives": np.asarray(drawn)[None]}


def one_by_one(change):
    """change(right, window's inputs) gives V_c and U after each window, in place of the right step."""

    def plant(right, given):
        V_c, U = given["V_c"].copy(), given["U"].copy()
        for one in windows(given):
            V_c, U = change(right, {**one, "V_c": V_c, "U": U})
        return [V_c, U]

    return plant


def over(change):
    """The right steps over other windows: change(the windows) gives those that are taken."""

    def plant(right, given):
        V_c, U = given["V_c"].copy(), given["U"].copy()
        for one in change(list(windows(given))):
            V_c, U = right(**{**one, "V_c": V_c, "U": U})
        return [V_c, U]

    return plant


def all_from_the_start(right, given):
    """What a minibatch does: every window's gradient is taken before the first step."""
    V_c, U = given["V_c"].copy(), given["U"].copy()
    for one in windows(given):
        new_V_c, new_U = right(**one)
        V_c += new_V_c - given["V_c"]
        U += new_U - given["U"]
    return [V_c, U]


def stale(matrix):
    """One matrix is read as it was at the start; both are moved."""

    def plant(right, given):
        reached = {name: given[name].copy() for name in ("V_c", "U")}
        for one in windows(given):
            read = {**reached, matrix: given[matrix]}
            new = dict(zip(("V_c", "U"), right(**{**one, **read}), strict=True))
            reached = {name: reached[name] + (new[name] - read[name]) for name in reached}
        return [reached["V_c"], reached["U"]]

    return plant


def center_kept(right, given):
    """The vector of a centre is kept from its first window on: what its steps have made of it is read no more."""
    V_c, U, kept = given["V_c"].copy(), given["U"].copy(), {}
    for one in windows(given):
        row = int(one["centers"][0])
        read = V_c.copy()
        read[row] = kept.setdefault(row, V_c[row].copy())
        new_V_c, U = right(**{**one, "V_c": read, "U": U})
        V_c[row] += new_V_c[row] - read[row]
    return [V_c, U]


def negatives_once(right, given):
    """sigma(u_k . v) without the C: one word's negatives for all."""
    words, drawn = given["outsides"], given["negatives"]
    first = right(**window(given, given["centers"][0], words[:1], drawn[0]))
    rest = right(**window(given, given["centers"][0], words[1:], drawn[0][:0]))
    return [a + (b - given[name]) for a, b, name in zip(first, rest, ("V_c", "U"), strict=True)]


def word_by_word(right, given):
    """Each word takes a step of its own from where the one before it has led."""
    V_c, U = given["V_c"], given["U"]
    for word in given["outsides"]:
        one = window(given, given["centers"][0], np.array([word]), given["negatives"][0])
        V_c, U = right(**{**one, "V_c": V_c, "U": U})
    return [V_c, U]


def center_after_outside(right, given):
    """The centre's gradient is taken from the rows of U that have moved."""
    new_U = right(**given)[1]
    new_V_c = right(**{**given, "U": new_U})[0]
    return [new_V_c, new_U]


def outside_after_center(right, given):
    new_V_c = right(**given)[0]
    new_U = right(**{**given, "V_c": new_V_c})[1]
    return [new_V_c, new_U]


def last_move_of_a_row(right, given):
    """U[rows] -= values with a fancy index: of a row's moves within the window the last one stays."""
    new_V_c, new_U = right(**given)
    moved = given["U"].copy()
    alone = [
        right(**window(given, given["centers"][0], np.array([w]), given["negatives"][0][:0]))[1]
        for w in given["outsides"]
    ]
    for word, U in zip(given["outsides"], alone, strict=True):
        moved[word] = U[word]
    without = right(**{**given, "negatives": given["negatives"][:, :0]})[1]
    for k in given["negatives"][0]:
        one = right(**{**given, "negatives": np.array([[k]])})[1]
        moved[k] = given["U"][k] + (one[k] - without[k])
    return [new_V_c, moved]


def next_negatives(given_windows):
    drawn = [one["negatives"] for one in given_windows]
    return [{**one, "negatives": drawn[(b + 1) % len(drawn)]} for b, one in enumerate(given_windows)]


def first_negatives(given_windows):
    return [{**one, "negatives": given_windows[0]["negatives"]} for one in given_windows]


def at_least_one_word(given_windows):
    first = [one["negatives"][0] for one in given_windows]
    return [
        one if len(one["outsides"]) else window(one, one["centers"][0], drawn[:1], drawn)
        for one, drawn in zip(given_windows, first, strict=True)
    ]


def without_last_word(right, given):
    end = max(len(given["outsides"]) - 1, 0)
    return right(**window(given, given["centers"][0], given["outsides"][:end], given["negatives"][0]))


def kept_matrix(place):
    """One matrix stays as it was."""

    def plant(right, given):
        new = right(**given)
        return [given[name] if i == place else new[i] for i, name in enumerate(("V_c", "U"))]

    return plant


def decaying_rate(right, given):
    """The rate falls from window to window, as a trainer's would: here it is the caller's."""
    V_c, U = given["V_c"].copy(), given["U"].copy()
    for b, one in enumerate(windows(given)):
        V_c, U = right(**{**one, "V_c": V_c, "U": U, "rate": given["rate"] * (1 - b / 100)})
    return [V_c, U]


BOTH = "new_V_c and new_U"

FAULTS = [
    (
        "steps_backwards",
        STEPS,
        BOTH,
        "updated too early / updated too late",
        INVENTED,
        "The last window's step is taken first.",
        over(lambda given_windows: given_windows[::-1]),
    ),
    (
        "steps_as_a_batch",
        STEPS,
        BOTH,
        "updated too late",
        SEEN,
        "All gradients are taken before the first step, as in a minibatch.",
        all_from_the_start,
    ),
    (
        "stale_U_across_windows",
        STEPS,
        BOTH,
        "updated too late",
        INVENTED,
        "The rows of U are read as they were before the first window.",
        stale("U"),
    ),
    (
        "stale_V_c_across_windows",
        STEPS,
        BOTH,
        "updated too late",
        INVENTED,
        "The centres are read as they were before the first window.",
        stale("V_c"),
    ),
    (
        "center_kept_in_a_register",
        STEPS,
        BOTH,
        "updated too late",
        INVENTED,
        "A centre that comes again is read as its first window found it.",
        center_kept,
    ),
    (
        "last_window_left_out",
        STEPS,
        BOTH,
        "wrong window",
        INVENTED,
        "The loop ends one window early.",
        over(lambda given_windows: given_windows[:-1] or given_windows),
    ),
    (
        "steps_first_window_twice",
        STEPS,
        BOTH,
        "wrong window",
        INVENTED,
        "The first window takes its step twice.",
        over(lambda given_windows: [*given_windows[:1], *given_windows]),
    ),
    (
        "shared_negatives_counted_once",
        STEPS,
        BOTH,
        "repeats counted once / term missing",
        SEEN,
        "A window's negatives count once, and not once for each of its words.",
        one_by_one(negatives_once),
    ),
    (
        "negatives_of_the_next_window",
        STEPS,
        BOTH,
        "wrong negatives",
        INVENTED,
        "A window takes the negatives of the one after it.",
        over(next_negatives),
    ),
    (
        "negatives_of_the_first_window",
        STEPS,
        BOTH,
        "wrong negatives",
        INVENTED,
        "All windows take the first one's negatives.",
        over(first_negatives),
    ),
    (
        "words_one_after_another",
        STEPS,
        BOTH,
        "updated too early",
        SEEN,
        "Each word of a window takes a step of its own, as in word2vec.c.",
        one_by_one(word_by_word),
    ),
    (
        "steps_EH_after_the_update",
        STEPS,
        "new_V_c",
        "updated too early",
        PUBLISHED,
        "The centre's gradient is taken after the rows of U have moved.",
        one_by_one(center_after_outside),
    ),
    (
        "steps_EI_after_the_update",
        STEPS,
        "new_U",
        "updated too early",
        INVENTED,
        "The rows of U move along the centre's new vector.",
        one_by_one(outside_after_center),
    ),
    (
        "repeated_row_moves_once",
        STEPS,
        "new_U",
        "repeats counted once",
        SEEN,
        "A row that stands twice in a window, or is a negative too, keeps its last move.",
        one_by_one(last_move_of_a_row),
    ),
    (
        "last_word_left_out",
        STEPS,
        BOTH,
        "wrong window",
        INVENTED,
        "The last word of each window is left out.",
        one_by_one(without_last_word),
    ),
    (
        "empty_window_moves",
        STEPS,
        BOTH,
        "empty input",
        INVENTED,
        "A window without words takes its first negative for one.",
        over(at_least_one_word),
        {"edge": True},
    ),
    (
        "steps_center_stays",
        STEPS,
        "new_V_c",
        "never written",
        INVENTED,
        "Only the rows of U move.",
        one_by_one(kept_matrix(0)),
    ),
    (
        "steps_outside_stays",
        STEPS,
        "new_U",
        "never written",
        INVENTED,
        "Only the centres move.",
        one_by_one(kept_matrix(1)),
    ),
    (
        "steps_rate_twice",
        STEPS,
        BOTH,
        "scale",
        INVENTED,
        "The rate enters twice: into the slopes, and into the step.",
        lambda right, given: right(**{**given, "rate": given["rate"] ** 2}),
    ),
    (
        "steps_uphill",
        STEPS,
        BOTH,
        "sign",
        INVENTED,
        "new = old + rate * gradient.",
        lambda right, given: right(**{**given, "rate": -given["rate"]}),
    ),
    (
        "rate_decays",
        STEPS,
        BOTH,
        "scale",
        INVENTED,
        "The rate falls by a hundredth from window to window: that is the caller's to do.",
        decaying_rate,
    ),
]
