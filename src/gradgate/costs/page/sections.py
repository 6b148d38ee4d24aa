"""The report on one run, in the order in which somebody would ask."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from gradgate.costs import units
from gradgate.costs.page import figures, tables, words
from gradgate.costs.page.blocks import Explanation, Section, Table, Text
from gradgate.costs.page.digest import Digest
from gradgate.costs.page.peers import peer_table, yardstick
from gradgate.costs.page.roofline import explained, more_threads, nearest, roofline, share_table
from gradgate.costs.page.throughput import throughput
from gradgate.costs.summary import Comparison
from gradgate.costs.tables import noise_sentence, wall_sentence

_SIZES = "no curve was measured at three sizes or more: a fit needs three"


def headline(digest: Digest) -> str:
    """The answer, in a sentence or two: the widest gap of one pair at the largest V."""
    single = [found for found in digest.comparisons if found.B == 1]
    if not single:
        return "The run holds both losses at the same sizes in no implementation: they are not compared."
    widest = max(single, key=lambda found: (found.at, found.ratio.value))
    return (
        f"At V = {widest.at:,} naive softmax takes {widest.implementation} {units.times(widest.ratio.value)} times "
        f"{_range(widest)} as long as negative sampling with K = {widest.K}: the one reads every word's row, the other "
        f"{widest.K + 1} rows."
    )


def sections(digest: Digest, step: Callable[[], None]) -> list[Section]:
    """Everything but the comparison with other runs; step is called after each section."""
    made = []
    for build in _BUILDERS:
        made.append(build(digest))
        step()
    return [section for section in made if section.blocks]


def _run(digest: Digest) -> Section:
    run = digest.run
    about = [
        f"{len(run.measurements)} benchmarks of {', '.join(digest.implementations) or 'nothing'}, seed {run.seed}."
    ]
    about += [_machine(digest), f"Versions: {', '.join(f'{name} {v}' for name, v in run.versions.items() if v)}."]
    if not run.complete:
        about.insert(0, "The run was interrupted: this is what it had measured by then.")
    loads = [m.load for m in run.measurements if m.load is not None]
    cpus = run.machine.get("cpus")
    if loads:
        busy = f"While it ran, {min(loads):.1f} to {max(loads):.1f} processes wanted {cpus or 'the'} CPUs"
        waited = isinstance(cpus, int) and max(loads) > cpus
        about.append(busy + ("; calls waited for one another, and wall times are longer for it." if waited else "."))
    return Section("The run", tuple(Text(sentence) for sentence in about))


def _machine(digest: Digest) -> str:
    machine = digest.run.machine
    known = [f"{machine.get('processor') or 'an unnamed processor'}, {machine.get('cpus') or 'unknown'} CPUs"]
    known += [f"{name} {units.size(size)}" for name, size in digest.caches().items()]
    blas = machine.get("blas")
    if isinstance(blas, dict):
        known.append(
            f"{blas.get('name')} {blas.get('version')} (core {blas.get('core')}, {blas.get('threads')} threads)"
        )
    return f"Machine: {', '.join(known)}."


def _losses(digest: Digest) -> Section:
    """Which loss wins."""
    blocks = [tables.wins(digest)] if digest.comparisons else []
    drawn = figures.time_by_vocabulary(digest, 1)
    return Section("Which loss wins, and from where", (*_explained(words.work(digest)), drawn, *blocks))


def _growth(digest: Digest) -> Section:
    drawn = [figures.time_by_vocabulary(digest, B) for B in digest.batches() if B > 1]
    texts = [*words.overhead(digest), *words.floor(digest), *words.exponent(digest), *words.flat(digest)]
    fits = [tables.exponents(digest)] if digest.growths else [Text(f"No exponent: {_SIZES}.")]
    return Section("How time grows with V", (*_explained(texts), *fits, *drawn))


def _bends(digest: Digest) -> Section:
    texts = [*words.caches(digest), *words.allocation(digest)]
    return Section("Where the curves bend, and why", (figures.local_slopes(digest), *_explained(texts)))


def _dense(digest: Digest) -> Section:
    ends = tables.ends_of_negative_sampling(digest)
    if not ends:
        return Section("The dense trap", (Text("Not shown: it needs negative sampling of one pair at two V."),))
    return Section("The dense trap", (tables.trap(ends), *(Text(sentence) for sentence in words.trap(digest))))


def _negatives(digest: Digest) -> Section:
    return Section("How time grows with K", (figures.time_by_negatives(digest),))


def _memory(digest: Digest) -> Section:
    return Section("Memory", (figures.bytes_by_vocabulary(digest),))


def _throughput(digest: Digest) -> Section:
    parts = [tables.costs(digest)] if digest.run.measurements else []
    return Section("Pairs a second", (throughput(digest), *_explained(words.limits(digest)), *parts))


def _roofline(digest: Digest) -> Section:
    found = map(Text, (*nearest(digest), *more_threads(digest)))
    tables = [] if (table := share_table(digest)) is None else [table]
    return Section(
        "How near to the machine's limits", (roofline(digest), *found, *_explained(explained(digest)), *tables)
    )


def _peers(digest: Digest) -> Section:
    blocks: list[Table | Text] = [Text(sentence) for sentence in yardstick(digest)]
    if (table := peer_table(digest)) is not None:
        blocks.insert(0, table)
    return Section("Beside what one would write otherwise", tuple(blocks))


def _noise(digest: Digest) -> Section:
    title = "How far to trust these times"
    if digest.run.noise is None:
        return Section(
            title, (Text("The run has no noise certificate: bench/bench_floor.py, which takes it, was not run."),)
        )
    explained = Explanation(
        "The certificate times one call against itself. In CPU time, A B B A, as the gates do: what "
        "it finds apart from 1 is noise, and no smaller difference means anything to a gate. And in wall time, before "
        "each benchmark of the run, as the times on this page are taken: a busy machine stretches them further, and "
        "two of them that differ by less than this say nothing. The counted bytes have no noise."
    )
    certificates = (noise_sentence(digest.run), wall_sentence(digest.run))
    return Section(title, (*(Text(f"{told[0].upper()}{told[1:]}.") for told in certificates), explained))


def _left_out(digest: Digest) -> Section:
    run = digest.run
    blocks = [Text(f"Refuted, and therefore not timed: {sentence}") for sentence in run.failed]
    blocks += [Text(f"Not run ({count}): {reason}.") for reason, count in run.skipped.items()]
    if not blocks:
        blocks = [Text("Nothing was left out, and nothing refuted.")]
    return Section("What was not run, what was refuted", tuple(blocks))


def _again(digest: Digest) -> Section:
    return Section(
        "Measure it yourself",
        (Text("gradgate bench --json run.json, then gradgate report run.json"),),
    )


def _explained(sentences: Iterable[str]) -> Iterator[Explanation]:
    return (Explanation(sentence) for sentence in sentences)


def _range(found: Comparison) -> str:
    return f"[{units.times(found.ratio.low)}, {units.times(found.ratio.high)}]"


_BUILDERS = (
    _losses,
    _growth,
    _bends,
    _dense,
    _negatives,
    _memory,
    _throughput,
    _roofline,
    _peers,
    _noise,
    _left_out,
    _run,
    _again,
)
COUNT = len(_BUILDERS)
