"""Faults of the skip-gram window: which words count, which row of V_c is written, what a loop leaves over."""

import numpy as np

SG = "skipgram"


def words(given):
    return given["outsides"]


def part_of_window(given, kept):
    """The inputs with some words of a skip-gram's window only."""
    drawn = given["negatives"]
    return {**given, "outsides": words(given)[kept], "negatives": None if drawn is None else drawn[kept]}


def window_of(kept):
    """kept(outsides) are the places of the words that take part: consistent."""
    return lambda right, given: right(**part_of_window(given, kept(words(given))))


def first_of_each(outsides):
    return np.sort(np.unique(outsides, return_index=True)[1])


def moved_to(rows):
    """The centre's row of grad_V_c written to other rows."""

    def change(grad, given):
        moved = np.zeros_like(grad)
        moved[rows(given)] = grad[given["center"]]
        return moved

    return {"hidden": change}


def target_of(given, counts):
    """counts (V,) of the naive softmax's targets that are added to the residual of a window, in both gradients."""
    return np.outer(counts, given["V_c"][given["center"]]), counts @ given["U"]


def residual_shifted(counts):
    def plant(right, given):
        loss, grad_V_c, grad_U = right(**given)
        if given["loss"] == "naive_softmax" and len(words(given)):
            in_U, in_V_c = target_of(given, counts(np.bincount(words(given), minlength=len(grad_U))))
            grad_V_c[given["center"]] += in_V_c
            grad_U = grad_U + in_U
        return [loss, grad_V_c, grad_U]

    return plant


def hidden_side_of(change):
    """The hidden side's gradient of another call, the rest of the right one."""

    def plant(right, given):
        loss, _, grad_U = right(**given)
        return [loss, right(**change(given, grad_U))[1], grad_U]

    return plant


def after_the_update(given, grad_U):
    return {**given, "U": (given["U"] - 0.3 * grad_U).astype(given["U"].dtype)}


def center_predicted_too(right, given):
    drawn = given["negatives"]
    more = None if drawn is None else np.concatenate([drawn, drawn[:1]])
    return right(**{**given, "outsides": np.append(words(given), given["center"]), "negatives": more})


def matrices_swapped(right, given):
    loss, grad_V_c, grad_U = right(**{**given, "V_c": given["U"], "U": given["V_c"]})
    return [loss, grad_U, grad_V_c]


def gradients_swapped(right, given):
    loss, grad_V_c, grad_U = right(**given)
    return [loss, grad_U, grad_V_c]


def over(count, outputs):
    """Some outputs divided by count(given)."""

    def plant(right, given):
        return [o / max(count(given), 1) if i in outputs else o for i, o in enumerate(right(**given))]

    return plant


FAULTS = [
    (
        "gradient_to_the_context_rows",
        SG,
        "grad_V_c",
        "wrong row",
        "seen",
        "The centre's gradient is written to the rows of the outside words.",
        moved_to(words),
    ),
    (
        "gradient_to_every_row",
        SG,
        "grad_V_c",
        "wrong row",
        "seen",
        "The centre's gradient is written to every row.",
        moved_to(lambda given: slice(None)),
    ),
    (
        "gradient_to_the_middle_row",
        SG,
        "grad_V_c",
        "wrong row",
        "seen",
        "The centre's gradient is written to row V // 2.",
        moved_to(lambda given: len(given["V_c"]) // 2),
    ),
    (
        "gradient_to_the_window_place",
        SG,
        "grad_V_c",
        "wrong row",
        "invented",
        "The centre's gradient is written to row C: the place in the window taken for the word.",
        moved_to(lambda given: len(words(given)) % len(given["V_c"])),
    ),
    (
        "last_word_only",
        SG,
        "loss and gradients",
        "not accumulated / wrong window",
        "seen",
        "= for += in the loop: only the last word counts.",
        window_of(lambda outsides: slice(-1, None)),
    ),
    (
        "first_word_left_out",
        SG,
        "loss and gradients",
        "wrong window",
        "invented",
        "range(1, C): the first word takes no part.",
        window_of(lambda outsides: slice(1, None)),
    ),
    (
        "repeated_words_once",
        SG,
        "loss and gradients",
        "repeats counted once / wrong window",
        "invented",
        "set(outsides): a word that stands twice counts once.",
        window_of(first_of_each),
    ),
    (
        "center_skipped_in_its_window",
        SG,
        "loss and gradients",
        "wrong window",
        "invented",
        "An outside word that equals the centre word is left out.",
        lambda right, given: right(**part_of_window(given, words(given) != given["center"])),
    ),
    (
        "center_predicted_too",
        SG,
        "loss and gradients",
        "wrong window",
        "published",
        "The sum does not leave out j = 0.",
        center_predicted_too,
    ),
    (
        "loss_counts_the_words",
        SG,
        "loss",
        "another formula",
        "seen",
        "loss += 1 where loss += l is meant.",
        {"loss": lambda loss, given: len(words(given))},
    ),
    (
        "loss_never_added",
        SG,
        "loss",
        "not accumulated",
        "seen",
        "The loss is never accumulated: 0 is returned.",
        {"loss": lambda loss, given: loss * 0},
    ),
    (
        "gradients_over_2C",
        SG,
        "grad_V_c and grad_U",
        "scale / mean for sum",
        "seen",
        "The gradients are divided by 2C.",
        over(lambda given: 2 * len(words(given)), (1, 2)),
    ),
    (
        "loss_over_C",
        SG,
        "loss",
        "mean for sum / scale",
        "invented",
        "The loss is averaged over the window, the gradients add up.",
        over(lambda given: len(words(given)), (0,)),
    ),
    (
        "grad_U_added_to_itself",
        SG,
        "grad_U",
        "not accumulated",
        "seen",
        "gradOut += gradOut: the sum stays zero.",
        {"grad_U": lambda grad, given: grad * 0},
    ),
    (
        "grad_U_of_the_last_word",
        SG,
        "grad_U",
        "not accumulated / wrong window",
        "invented",
        "grad_U is assigned in the loop, the rest accumulates.",
        lambda right, given: [*right(**given)[:2], right(**part_of_window(given, slice(-1, None)))[2]],
    ),
    (
        "targets_once_each",
        SG,
        "grad_V_c and grad_U",
        "repeats counted once",
        "published",
        "p - y with a multi-hot y: 1 where a repeated word's count is due.",
        residual_shifted(lambda counts: counts - np.minimum(counts, 1.0)),
    ),
    (
        "a_single_target",
        SG,
        "grad_V_c and grad_U",
        "term missing",
        "published",
        "C p - t with a single t, where the sum of the window's t is due.",
        residual_shifted(lambda counts: counts - 1.0 * (np.arange(len(counts)) == np.argmax(counts))),
    ),
    (
        "one_error_for_the_window",
        SG,
        "grad_V_c",
        "not accumulated / wrong window",
        "published",
        "e_c in place of the window's EI = sum of e_c.",
        hidden_side_of(lambda given, grad_U: part_of_window(given, slice(0, 1))),
    ),
    (
        "hidden_side_after_the_update",
        "skipgram cbow",
        "grad_V_c",
        "updated too early",
        "published",
        "EH is taken from U after U was updated.",
        hidden_side_of(after_the_update),
    ),
    (
        "matrices_swapped",
        "skipgram cbow",
        "loss and gradients",
        "roles swapped",
        "invented",
        "U and V_c change places, consistently.",
        matrices_swapped,
    ),
    (
        "gradients_swapped",
        "skipgram cbow",
        "grad_V_c and grad_U",
        "roles swapped",
        "invented",
        "grad_U and grad_V_c are returned in the wrong order.",
        gradients_swapped,
    ),
]
