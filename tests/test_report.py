"""The report on runs of benchmarks: what was planted into a run stands on its page, and nothing else does."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gradgate import cli
from gradgate.costs import units
from gradgate.costs.document import Run, document, read_run
from gradgate.costs.measuring import Measurement
from gradgate.costs.noise import Certificate
from gradgate.costs.page import labels, style
from gradgate.costs.page.command import PAGE, Report, report, report_of
from gradgate.costs.page.digest import digest, median
from gradgate.costs.page.drawing import HEIGHT, WIDTH, whole
from gradgate.costs.page.throughput import bound
from gradgate.costs.page.writing import rasterizer_missing
from gradgate.costs.roofline import ARITHMETIC, MEMORY
from gradgate.costs.tables import lines
from gradgate.errors import CannotRun

SIZES = (2**8, 2**12, 2**14, 2**17)
EXPONENTS = {("dense_one", "naive_softmax"): 1.13, ("dense_one", "negative_sampling"): 0.57}
EXPONENTS |= {("sparse_one", "naive_softmax"): 1.21, ("sparse_one", "negative_sampling"): 0.0}
SKIPPED = "slow_one is timed up to B V = 4096 only: beyond it a call takes seconds"
REFUTED = "wrong_one: exact_gradient failed: the gradient is wrong"


def measured(implementation: str, loss: str, V: int, seconds: float, K: int | None = None, B: int = 1) -> Measurement:
    """A call that took about so long, on 21 occasions. Of negative sampling only sparse_one returns few rows."""
    rows = V if K is None or implementation != "sparse_one" else min(B * (K + 1), V)
    spread = tuple(float(f"{seconds * factor:.4g}") for factor in np.linspace(0.99, 1.01, 21))
    return Measurement(
        implementation=implementation,
        function=loss if B == 1 else f"{loss}_batch",
        loss=loss,
        V=V,
        d=100,
        K=K,
        B=B,
        dtype="float32",
        device="cpu",
        seconds=spread,
        rounds=100,
        bytes=400 * rows + 1000,
        rows=rows,
        returned=400 * rows + 404,
        verified=True,
        load=1.0,
        least_bytes=800 * (V if K is None else B * (K + 1)),
        least_operations=600 * B * (V if K is None else K + 1),
        form_bytes=800 * (V if K is None else B * (K + 1)),
        cold_seconds=(1.1 * seconds,),
    )


def planted(name: str = "planted", exponents: dict[tuple[str, str], float] = EXPONENTS) -> Run:
    """A run whose times are powers of V, with K = 5, 10 and 20 that cost as many times more."""
    found = []
    for (implementation, loss), exponent in exponents.items():
        for K in (None,) if loss == "naive_softmax" else (5, 10, 20):
            seconds = {V: 1e-7 * (K or 1) * V**exponent for V in SIZES}
            found += [measured(implementation, loss, V, time, K) for V, time in seconds.items()]
    return Run(
        name=name,
        seed=0,
        machine={
            "system": "Linux",
            "processor": "a processor",
            "cpus": 2,
            "caches": {"L1": 2**15, "L2": 2**20, "L3": 2**25},
            "blas": {"name": "openblas", "version": "0.3", "core": "Haswell", "threads": 1},
            "limits": {"copy_bytes_per_second": 4e10, "flops_per_second": 2e11},
        },
        versions={"python": "3.11.7", "numpy": "2.4.6", "torch": None},
        measurements=tuple(found),
        skipped={SKIPPED: 17},
        failed=(REFUTED,),
        floor=(7e-8, 7.3e-8, 6e-5),
        noise=Certificate((1.001, 0.999, 1.0, 1.002, 0.998), 1.3, 1.02),
        complete=True,
    )


def text_of(page: str) -> str:
    """What a reader sees, white space folded."""
    return " ".join("".join(tree(page).itertext()).split())


def tree(page: str) -> ET.Element:
    """The page read as XML: an unclosed tag or a bare & is an error."""
    return ET.fromstring(page.removeprefix("<!DOCTYPE html>"))


@pytest.fixture(scope="module")
def made() -> Report:
    return report_of([planted()])


# ---- the page


def test_the_page_needs_nothing_from_elsewhere(made: Report) -> None:
    page = made.html()
    assert tree(page).tag == "html"
    assert not re.search(r"https?:|//|url\(|@import|<script|<link|<img|<iframe|\ssrc=", page)


@pytest.mark.parametrize(("name", "loss"), EXPONENTS)
def test_every_exponent_is_told_as_it_was_planted(made: Report, name: str, loss: str) -> None:
    exponent = f"{EXPONENTS[name, loss]:.2f}"
    rows = [[cell.text for cell in row] for row in tree(made.html()).iter("tr")]
    assert [row[4] for row in rows if row[:3] == [name, loss, "V"]] == [exponent] * (1 if loss[1] == "a" else 3)
    [panel] = [svg for svg in tree(made.html()).iter("svg") if svg.findtext("title") == name]
    label = "softmax V" if loss == "naive_softmax" else "K=5 V"
    assert f"{label}{exponent}" in ["".join(text.itertext()) for text in panel.iter("text")]


def test_growth_with_negatives_is_fitted_where_three_were_measured(made: Report) -> None:
    rows = [[cell.text for cell in row] for row in tree(made.html()).iter("tr")]
    found = [row[4] for row in rows if row[1:3] == ["negative_sampling", "K"]]
    assert found == ["1.00"] * 2 * len(SIZES)


def test_what_follows_from_the_run_is_told(made: Report) -> None:
    page = text_of(made.html())
    [ratio] = re.findall(r"naive softmax takes sparse_one ([\d,]+) times", page)
    assert float(ratio.replace(",", "")) == pytest.approx(2 ** (17 * 1.21) / 5, rel=1e-3)  # four digits are kept
    for sentence in (SKIPPED, REFUTED, "a slowdown of 2.0 % or more would have been seen", "a processor, 2 CPUs"):
        assert sentence in page
    assert "dense_one returns all 131,072 rows at V = 131,072" in page
    times = 2.0 ** (17 * 0.57)
    assert f"returns the 6 that are not, and takes 500 ns: {times:,.0f} times less" in page


def test_a_cache_that_is_outgrown_is_named() -> None:
    run = planted()
    steps = {2**8: 1e-5, 2**12: 1e-4, 2**14: 4e-4, 2**17: 2e-2}
    bent = [measured("bent_one", "naive_softmax", V, seconds) for V, seconds in steps.items()]
    page = text_of(report_of([replace(run, measurements=tuple(bent))]).html())
    assert "The steepest step is that of bent_one from V = 16,384 to 131,072, with slope 1.88" in page
    assert "In this step lies L3: U and a gradient fill its 32 MiB at V = 41,943" in page
    assert "From V = 256 to 4,096 bent_one's slope is 0.83: 16 times the words for 10 times the time" in page


def test_a_name_with_markup_in_it_is_only_text() -> None:
    name = "<script>alert('|')</script>&[x](y)"
    run = planted()
    hostile = tuple(replace(m, implementation=name) for m in run.measurements if m.implementation == "dense_one")
    found = report_of([replace(run, measurements=hostile)])
    assert "<script" not in found.html()
    assert name in text_of(found.html())
    assert "<script" not in re.sub(r"\\<", "", found.markdown())
    for figure in found.figures:
        ET.fromstring(whole(figure))


def test_peers_stand_beside_the_fastest_implementation_of_the_same_size() -> None:
    run = planted()
    peer = measured("torch_cross_entropy", "naive_softmax", 2**12, 1.0)
    fastest = min(median(m) for m in run.measurements if (m.loss, m.V) == ("naive_softmax", 2**12))
    alone = measured("jax_grad", "naive_softmax", 2**13, 1.0)  # no implementation was measured there
    rows = [
        [cell.text for cell in row]
        for row in tree(report_of([replace(run, measurements=(*run.measurements, peer, alone))]).html()).iter("tr")
    ]
    [found] = [row for row in rows if row[0] == "torch_cross_entropy" and row[6] == "dense_one"]
    assert found[5] == "1 s"
    assert float((found[8] or "").removesuffix(" ×").replace(",", "")) == pytest.approx(1 / fastest, rel=1e-3)
    assert not [row for row in rows if row[0] == "jax_grad" and row[6] in ("dense_one", "sparse_one")]


def test_a_training_loop_is_told_beside_gradients_and_called_another_thing() -> None:
    trained = replace(
        measured("gensim", "negative_sampling", 5000, 0.5, K=5, B=1000),
        function="training",
        bytes=None,
        rows=None,
        returned=None,
        verified=False,
    )
    run = planted()
    page = text_of(report_of([replace(run, measurements=(*run.measurements, trained))]).html())
    assert "gensim trains 2 k pairs a second (V = 5,000, d = 100, K = 5, one thread): it draws its negatives" in page
    assert "sparse_one computes loss and gradients of 2 M pairs a second, 1 in a call" in page


def test_memory_that_cannot_be_seen_is_called_unseen() -> None:
    run = planted()
    unseen = tuple(replace(m, bytes=None) for m in run.measurements)
    found = report_of([replace(run, measurements=unseen)])
    rows = [[cell.text for cell in row] for row in tree(found.html()).iter("tr")]
    assert {row[6] for row in rows if row[2:3] == ["V"] and row[0] != "implementation"} == {"unseen"}
    assert "bytes-V" not in [figure.name for figure in found.figures]
    assert "none of the run's implementations let its memory be seen" in text_of(found.html())


def test_a_run_without_limits_says_that_it_has_none() -> None:
    run = planted()
    older = replace(run, machine={name: value for name, value in run.machine.items() if name != "limits"})
    assert "did not measure the limits of its machine" in text_of(report_of([older]).html())
    assert "best rate" not in text_of(report_of([older]).html())


MINIMAL: dict[str, tuple[Callable[[Measurement], bool], str]] = {
    "nothing": (lambda m: False, "a curve needs one implementation at two V or more"),
    "one size": (lambda m: m.V == 256 and m.K in (None, 5), "a curve needs one implementation at two V or more"),
    "two sizes": (lambda m: m.V < 2**13, "a slope with its fit needs naive softmax at three V or more"),
    "one loss": (
        lambda m: m.loss == "negative_sampling",
        "a slope with its fit needs naive softmax at three V or more",
    ),
    "no negatives": (lambda m: m.loss == "naive_softmax", "a curve needs one implementation at two K or more"),
}


@pytest.mark.parametrize("kind", MINIMAL)
def test_a_figure_that_cannot_be_drawn_is_left_out_with_its_reason(kind: str) -> None:
    keep, reason = MINIMAL[kind]
    run = planted()
    least = replace(run, measurements=tuple(filter(keep, run.measurements)), noise=None, floor=(), machine={})
    found = report_of([least])
    assert f"This figure is left out: {reason}" in text_of(found.html())
    assert "The run has no noise certificate" in text_of(found.html())
    for figure in found.figures:
        ET.fromstring(whole(figure))


# ---- the figures


def test_both_themes_define_the_same_classes_and_every_colour_can_be_seen() -> None:
    light, _, dark = style.chart_style().partition("@media (prefers-color-scheme: dark)")
    for theme, paper in ((light, "#ffffff"), (dark, "#0d1117")):
        colours = dict(re.findall(r"\.(s\d) \{ stroke: (#\w{6})", theme))
        assert len(colours) == style.COLOURS
        for colour in (*colours.values(), *re.findall(r"fill: (#\w{6})", theme)):
            assert contrast(colour, paper) >= 3, f"{colour} on {paper}"  # WCAG 2.2, 1.4.11


def contrast(first: str, second: str) -> float:
    """WCAG 2.2's contrast ratio of two colours."""

    def luminance(colour: str) -> float:
        values = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
        linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    dark, light = sorted((luminance(first), luminance(second)))
    return (light + 0.05) / (dark + 0.05)


def test_the_page_and_every_figure_have_both_themes(made: Report) -> None:
    for text in (made.html(), *(whole(figure) for figure in made.figures)):
        assert "@media (prefers-color-scheme: dark)" in text


def test_every_line_has_its_label_inside_the_panel(made: Report) -> None:
    assert [figure.name for figure in made.figures] == ["time-V-1", "slopes", "time-K", "bytes-V", "pairs", "roofline"]
    svgs = iter(tree(made.html()).iter("svg"))
    for figure in made.figures:
        for panel in figure.panels:
            texts = next(svgs).findall("text")
            written = ["".join(text.itertext()) for text in texts]
            for line in panel.lines:
                assert any(text.startswith(labels.shorten(line.label)) for text in written), line.label
            for text, words in zip(texts, written, strict=True):
                assert 0 <= float(text.get("x", "nan")) <= WIDTH - (text.get("text-anchor") is None) * 5 * len(words)
                assert 0 <= float(text.get("y", "nan")) <= HEIGHT
            shapes = [path.get("d", "") for path in panel_paths(made, panel.title)]
            assert all("nan" not in shape and "inf" not in shape for shape in shapes)


def panel_paths(made: Report, title: str) -> list[ET.Element]:
    return [
        path for svg in tree(made.html()).iter("svg") if svg.findtext("title") == title for path in svg.iter("path")
    ]


@pytest.mark.parametrize("B", [1, 64])
def test_the_limits_of_pairs_follow_from_what_must_be_moved_and_computed(B: int) -> None:
    softmax = measured("one", "naive_softmax", 1000, 1.0, B=B)
    sampling = measured("one", "negative_sampling", 1000, 1.0, K=5, B=B)
    found = digest(replace(planted(), measurements=(softmax, sampling)))  # 4e10 bytes/s, 2e11 operations/s
    moved = bound(found, softmax, MEMORY), bound(found, sampling, MEMORY)
    assert moved == (
        pytest.approx(4e10 * B / 800_000),
        pytest.approx(4e10 / 4800),
    )  # U and its gradient; six rows twice
    computed = bound(found, softmax, ARITHMETIC), bound(found, sampling, ARITHMETIC)
    assert computed == (pytest.approx(2e11 / 600_000), pytest.approx(2e11 / 3600))  # three products


def test_the_share_of_the_limit_is_told_as_it_was_planted(made: Report) -> None:
    page = text_of(made.html())
    seconds = 1e-7 * 2.0 ** (17 * 1.13) * 0.99  # the fastest round; 4e10 bytes/s
    share = 800 * 2**17 / 4e10 / seconds
    assert f"dense_one comes nearest, with {units.percent(share)} of what its bytes allow" in page
    [panel] = [
        svg for svg in tree(made.html()).iter("svg") if svg.findtext("title") == "naive softmax, one pair, float32"
    ]
    labels = ["".join(text.itertext()) for text in panel.iter("text")]
    assert {"dense_one", "sparse_one", "memory", "arithmetic"} <= set(labels)


def test_a_library_with_more_threads_than_the_limit_is_named() -> None:
    run = planted()
    told = "jax may use 2 threads and cannot be held to one"
    many = replace(run, machine={**run.machine, "threads": {"torch": 1, "jax": 2}})
    assert told in text_of(report_of([many]).html())
    assert told not in text_of(report_of([run]).html())
    assert any(line.startswith(told) for line in lines(many))


def test_labels_never_cover_one_another() -> None:
    rng = np.random.Generator(np.random.Philox(0))
    for count in range(1, 15):
        wanted = [labels.Label(0, float(y), "", "", 0) for y in rng.uniform(40, 250, count)]
        placed = [label.placed for label in labels.spread(wanted, 40, 250)]
        assert placed == sorted(placed)
        assert min(np.diff(placed), default=labels.HEIGHT) >= labels.HEIGHT - 1e-9
        assert 40 <= placed[0] <= placed[-1] <= 250


# ---- the command


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with a run in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "run.json").write_text(json.dumps(document(planted())), encoding="utf-8")
    return tmp_path


def test_the_folder_is_named_after_the_first_file_and_holds_page_and_figures(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["report", "run.json"]) == 0
    names = {path.name for path in (folder / "run-report").iterdir()}
    figures = {"time-V-1", "slopes", "time-K", "bytes-V", "pairs", "roofline"}
    missing = rasterizer_missing()
    pictures = set() if missing else {f"{name}.png" for name in figures}
    assert names == {PAGE} | {f"{name}.svg" for name in figures} | pictures
    assert missing in capsys.readouterr().out
    for name in pictures:
        assert (folder / "run-report" / name).read_bytes().startswith(b"\x89PNG")
    assert {path.name for path in folder.iterdir()} == {"run.json", "run-report"}


def test_a_second_report_replaces_the_first(folder: Path) -> None:
    for _ in range(2):
        assert cli.main(["report", "run.json", "--out", "deep/er"]) == 0
    assert {path.name for path in (folder / "deep").iterdir()} == {"er"}


def test_a_second_report_leaves_no_figure_of_the_first_and_nothing_else_is_touched(folder: Path) -> None:
    assert cli.main(["report", "run.json"]) == 0
    (folder / "run-report" / "mine.svg").write_text("mine", encoding="utf-8")
    first = {path.name for path in (folder / "run-report").iterdir()}
    smaller = replace(planted(), measurements=tuple(m for m in planted().measurements if m.K is None))
    (folder / "run.json").write_text(json.dumps(document(smaller)), encoding="utf-8")
    assert cli.main(["report", "run.json"]) == 0
    left = {path.name for path in (folder / "run-report").iterdir()}
    assert "time-K.svg" in first - left
    assert {"mine.svg", "time-V-1.svg", PAGE} <= left


def test_without_the_extra_the_page_is_made_and_the_cure_is_said(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "resvg_py", None)
    assert cli.main(["report", "run.json"]) == 0
    assert "pip install 'gradgate[report]'" in capsys.readouterr().out
    assert not list((folder / "run-report").glob("*.png"))
    assert (folder / "run-report" / PAGE).is_file()


def test_markdown_is_printed_and_nothing_written(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["report", "run.json", "--markdown"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("# ")
    assert "| sparse\\_one | naive\\_softmax | V |  | 1.21 |" in text
    assert text.count("<details>") == text.count("</details>") == 1
    assert [path.name for path in folder.iterdir()] == ["run.json"]


def test_markdown_and_a_page_can_be_had_at_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["report", "run.json", "--markdown", "--out", "page"]) == 0
    told = capsys.readouterr()
    assert told.out.startswith("# ")
    assert "index.html" in told.err
    assert (folder / "page" / PAGE).is_file()


def test_progress_is_told_to_the_end(folder: Path) -> None:
    told: list[tuple[int, int]] = []
    report(["run.json"], folder / "out", lambda done, total: told.append((done, total)))
    assert told[0][0] == 0
    assert told[-1][0] == told[-1][1]


BROKEN = {
    "truncated": lambda text: text[: len(text) // 2],
    "foreign": lambda text: '{"schema": "gradgate.verify/1"}',
    "no object": lambda text: "[1, 2]",
    "deep": lambda text: "[" * 100_000,
    "not UTF-8": lambda text: "\udcff",
    "no seed": lambda text: text.replace('"seed"', '"sead"'),
    "no machine": lambda text: json.dumps({**json.loads(text), "machine": 3}),
    "seconds of text": lambda text: re.sub(r'"seconds": \[[^]]*\]', '"seconds": ["fast"]', text, count=1),
    "no seconds": lambda text: re.sub(r'"seconds": \[[^]]*\]', '"seconds": []', text, count=1),
    "seconds below 0": lambda text: re.sub(r'"seconds": \[[^]]*\]', '"seconds": [-1]', text, count=1),
    "seconds that are none": lambda text: re.sub(r'"seconds": \[[^]]*\]', '"seconds": [NaN]', text, count=1),
    "no vocabulary": lambda text: text.replace('"V": 256', '"V": 0'),
    "noise of text": lambda text: re.sub(r'"spread": [\d.]+', '"spread": "wide"', text),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_file_that_holds_no_run_is_said_in_a_line_and_nothing_is_written(
    kind: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole_text = (folder / "run.json").read_text(encoding="utf-8")
    broken = BROKEN[kind](whole_text)
    assert broken != whole_text
    (folder / "bad.json").write_bytes(broken.encode("utf-8", "surrogateescape"))
    assert cli.main(["report", "run.json", "bad.json"]) == 4
    told = capsys.readouterr().err
    assert told.startswith("gradgate: bad.json ")
    assert told.count("\n") == 1
    assert {path.name for path in folder.iterdir()} == {"run.json", "bad.json"}


WRONG = ("x", None, -1, 0, 0.5, True, [], ["a"], {"a": 1}, 1e308, 10**30)


def places(value: object, place: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The way to every value that the document holds, less what is worked out anew."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in inner:
        if key not in ("growth", "comparisons"):
            yield (*place, key)
            yield from places(part, (*place, key))


def refusal(path: Path) -> str:
    """The sentence that refuses the file; empty where a page and Markdown come of it."""
    try:
        made = report_of([read_run(str(path))])
    except CannotRun as error:
        return str(error)
    assert tree(made.html()).tag == "html"
    assert made.markdown().startswith("# ")
    return ""


def test_a_value_of_the_wrong_kind_is_refused_or_does_no_harm(tmp_path: Path) -> None:
    """A page is made, or a sentence is said: nothing else comes of it."""
    run, path = planted(), tmp_path / "run.json"
    few = tuple(m for m in run.measurements if m.implementation == "sparse_one" and m.V < 2**17 and m.K in (None, 5))
    text = json.dumps(document(replace(run, measurements=few)))
    rng = np.random.Generator(np.random.Philox(0))
    every = list(places(json.loads(text)))
    refused = 0
    for _ in range(60):
        *way, last = every[rng.integers(len(every))]
        wrong = json.loads(text)
        inner = wrong
        for key in way:
            inner = inner[key]
        inner[last] = WRONG[rng.integers(len(WRONG))]
        path.write_text(json.dumps(wrong), encoding="utf-8")
        sentence = refusal(path)
        assert "\n" not in sentence
        refused += sentence != ""
    assert 0 < refused < 60


@pytest.mark.parametrize("out", ["run.json", "run.json/page"])
def test_a_folder_that_cannot_be_written_is_said_before_the_work(
    out: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("gradgate.costs.page.command.read_run", lambda path: pytest.fail("the work was started"))
    assert cli.main(["report", "run.json", "--out", out]) == 4
    assert capsys.readouterr().err.count("\n") == 1


def test_a_disk_that_fills_up_leaves_nothing_half_written(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write = Path.write_bytes

    def fill_up(path: Path, content: bytes) -> int:
        if path.suffix == ".svg":
            raise OSError(28, "No space left on device")
        return write(path, content)

    monkeypatch.setattr(Path, "write_bytes", fill_up)
    assert cli.main(["report", "run.json"]) == 4
    assert capsys.readouterr().err == "gradgate: --out run-report: No space left on device\n"
    assert [path.name for path in folder.iterdir()] == ["run.json"]
