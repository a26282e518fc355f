"""The house rules that a test can hold: who may import what, and that the table of lessons is the only list."""

import ast
import re
import tomllib
from functools import cache
from pathlib import Path

import pytest

from imgcls.lessons import LESSONS, TEACH, built_lessons, neighbours

ROOT = Path(__file__).resolve().parent.parent
SOURCES = [*(ROOT / "imgcls").rglob("*.py"), *(ROOT / "pages").glob("*.py"), ROOT / "app.py"]


@cache
def nodes(path: Path) -> list[ast.AST]:
    """All of a file's syntax tree; each file is parsed once for all rules."""
    return list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


@cache
def imported(path: Path) -> set[str]:
    """Top-level packages, and modules of imgcls by their first two names, that a file imports anywhere."""
    names: set[str] = set()
    for node in nodes(path):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return {".".join(name.split(".")[:2]) if name.startswith("imgcls") else name.split(".")[0] for name in names}


def folder(path: Path) -> str:
    return path.relative_to(ROOT).parts[1] if path.is_relative_to(ROOT / "imgcls") else path.relative_to(ROOT).parts[0]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_only_ui_and_pages_know_streamlit_and_only_figures_draw_with_plotly(path: Path) -> None:
    names = imported(path)
    if folder(path) not in {"ui", "pages", "app.py"}:
        assert "streamlit" not in names
    if folder(path) not in {"figures", "ui"}:
        assert "plotly" not in names
    if folder(path) in {"ops", "models", "data", "training"}:
        assert not names & {"imgcls.ui", "imgcls.figures"}, "maths knows no screen"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_evaluates_free_text_or_unpickles(path: Path) -> None:
    calls = {node.func.id for node in nodes(path) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert not calls & {"eval", "exec"}
    # One exception: the pipe between the server and the workers that it starts itself, which nobody else can reach.
    if path != ROOT / "imgcls/jobs/pipes.py":
        assert not imported(path) & {"pickle", "dill", "cloudpickle", "shelve", "joblib"}
    for node in nodes(path):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and ast.unparse(node.func) == "torch.load"
        ):
            settings = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
            assert settings.get("weights_only") == "True"


# Who may know whom; what lies beside the folders (palette, labels, ...) is for all, and ui and cli know everybody.
KNOWS = {
    "store": set(),
    "jobs": {"store"},
    "classroom": {"store"},
    "ops": set(),
    "models": {"ops", "store"},
    "data": {"store"},
    "training": {"ops", "models", "data", "jobs", "store"},
    "figures": {"ops", "training"},
}
RESULTS = {"imgcls.training.experiments", "imgcls.training.follow", "imgcls.training.records"}  # what figures draw


def modules() -> dict[str, Path]:
    """Every module of imgcls by its name."""
    found = {}
    for path in (ROOT / "imgcls").rglob("*.py"):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        found[name.removesuffix(".__init__")] = path
    return found


def knows(name: str, path: Path, known: dict[str, Path]) -> set[str]:
    """The modules of imgcls that a module imports anywhere, in functions and under TYPE_CHECKING, too."""
    wanted: set[str] = set()
    for node in nodes(path):
        if isinstance(node, ast.Import):
            wanted |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            below = {f"{node.module}.{alias.name}" for alias in node.names}
            wanted |= (below & known.keys()) or {node.module}
    return (wanted & known.keys()) - {name}


def test_imports_go_one_way() -> None:
    known = modules()
    for name, path in known.items():
        of = name.split(".")[1] if name.count(".") else ""
        for other in knows(name, path, known) if of in KNOWS else ():
            there = other.split(".")[1] if (ROOT / "imgcls" / other.split(".")[1]).is_dir() else ""
            assert there in {"", of, *KNOWS[of]}, f"{name} imports {other}"
            assert of != "figures" or there != "training" or other in RESULTS, f"{name} imports {other}"


def test_no_modules_import_each_other() -> None:
    known = modules()
    edges = {name: knows(name, path, known) for name, path in known.items()}
    while leaves := {name for name, others in edges.items() if not others & edges.keys()}:
        edges = {name: others for name, others in edges.items() if name not in leaves}
    assert not edges


def test_what_moves_under_a_hand_is_a_stage() -> None:
    """The network's canvas alone asks for itself: its questions are no numbers of a table, and its answers are kept."""
    found = {
        str(path.relative_to(ROOT))
        for path in SOURCES
        for node in nodes(path)
        if isinstance(node, ast.ImportFrom) and node.module == "imgcls.ui.live"
        if {"offer", "slow_answer"} & {alias.name for alias in node.names}
    }
    assert found == {"imgcls/ui/stage.py", "pages/network.py"}


def test_views_import_what_their_modules_export() -> None:
    """A name that is missing would stop a whole view, and only in the browser."""
    modules = {path: path.read_text() for path in (ROOT / "imgcls/ui").rglob("*.js")}
    for path, text in modules.items():
        for names, source in re.findall(r"^import \{([^}]*)\} from \"([^\"]+)\"", text, flags=re.MULTILINE):
            other = modules[(path.parent / source).resolve()]
            for name in filter(None, (name.strip() for name in names.split(","))):
                exported = re.search(rf"^export .*\b{name}\b", other, flags=re.MULTILINE)
                assert exported, f"{path.relative_to(ROOT)}: {source} has no {name}"


def test_no_line_of_a_view_is_longer_than_one_of_python() -> None:
    limit = tomllib.loads((ROOT / ".ruff.toml").read_text())["line-length"]
    views = [path for path in (ROOT / "imgcls").rglob("*") if path.suffix in {".js", ".css"}]
    assert len(views) > 50
    for path in views:
        longest = max(path.read_text().splitlines(), key=len)
        assert len(longest) <= limit, f"{path.relative_to(ROOT)}: {longest}"


def test_the_addresses_are_those_that_were_promised() -> None:
    assert [lesson.slug for lesson in LESSONS] == [
        "", "tensors", "autodiff", "dataset", "dense", "convolution", "pooling", "activations", "dropout",
        "softmax", "cross-entropy", "classify", "train", "network",
    ]  # fmt: skip


def test_every_page_file_is_a_lesson_of_the_table_or_the_lesson_plan() -> None:
    assert {path.resolve() for path in (ROOT / "pages").glob("*.py")} == {
        lesson.path for lesson in (*built_lessons(), TEACH)
    }


def test_previous_and_next_walk_through_all_built_lessons() -> None:
    walked, slug = [], ""
    while slug is not None:
        walked.append(slug)
        following = neighbours(slug)[1]
        slug = following.slug if following else None
    assert walked == [lesson.slug for lesson in built_lessons()]


def test_readme_lists_exactly_the_built_lessons() -> None:
    readme = (ROOT / "README.md").read_text()
    listed = re.findall(r"^\| `/([a-z-]*)` \|", readme, flags=re.MULTILINE)
    assert listed == [lesson.slug for lesson in built_lessons()]


def patched_privately(path: Path) -> list[str]:
    """The calls of setattr, delattr, setitem or patch in a file that name something with an underscore before it."""
    found = []
    for node in nodes(path):
        if not (
            isinstance(node, ast.Call) and re.search(r"\b(setattr|delattr|setitem|patch)\b", ast.unparse(node.func))
        ):
            continue
        said = [each for place, each in enumerate(node.args[:2]) if place == 0 or isinstance(each, ast.Constant)]
        named = [ast.unparse(each).strip("'\"").rsplit(".", 1)[-1] for each in said]
        if any(re.match(r"_[a-z]", name, re.IGNORECASE) for name in named):
            found.append(f"{path.name}:{node.lineno}: {ast.unparse(node)[:90]}")
    return found


def test_no_page_calls_st_stop() -> None:
    """It stops what comes after the page, too: the photo's sidebar and the way on."""
    files = [*(ROOT / "pages").glob("*.py"), *(ROOT / "imgcls").rglob("*.py")]
    calls = [(path, node) for path in files for node in nodes(path) if isinstance(node, ast.Call)]
    assert [str(path) for path, node in calls if ast.unparse(node.func) == "st.stop"] == []


def test_no_test_patches_what_is_private() -> None:
    """A seam has a name: where a test needs one and there is none, it is made."""
    files = [path for path in (ROOT / "tests").rglob("*.py") if path != Path(__file__)]
    assert [each for path in files for each in patched_privately(path)] == []


def test_a_private_patch_is_found_however_it_is_written(tmp_path: Path) -> None:
    lines = [
        'monkeypatch.setattr(cli, "_answer", f)', 'monkeypatch.setattr("imgcls.jobs._runner", r)',
        'patch.object(tv.OxfordIIITPet, "_RESOURCES", [])', 'with patch("a._b"): pass', "monkeypatch.delattr(a, '_b')",
        "monkeypatch.setitem(module._table, 'x', 1)",
        'monkeypatch.setattr(module, "answer", _own)', 'monkeypatch.setattr(path, "__class__", other)',
        'monkeypatch.setattr("imgcls.cli.answer", _own)',
    ]  # fmt: skip
    (tmp_path / "test_it.py").write_text("\n".join(lines))
    found = sorted(int(each.split(":")[1]) for each in patched_privately(tmp_path / "test_it.py"))
    assert found == [1, 2, 3, 4, 5, 6]


def test_a_fixed_wait_of_a_browser_test_says_why_nothing_can_be_waited_for() -> None:
    silent = []
    for path in (ROOT / "tests" / "browser").glob("test_*.py"):
        lines = path.read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines):
            if "wait_for_timeout(" in line and "#" not in line and not lines[number - 1].strip().startswith("#"):
                silent.append(f"{path.name}:{number + 1}: wait for what is to be seen (tests/browser/hands.py)")
    assert silent == []


# Numbers that a program reads: addresses, code panels, what is typed over, places on a canvas.
OWN_NUMBERS = {
    "imgcls/ui/js/numbers.js", "imgcls/ui/js/number.js", "imgcls/ui/convolution/field/view.js",
    "imgcls/ui/softmax/simplex/view.js", "imgcls/ui/network/canvas/tools.js", "imgcls/ui/autodiff/landscape/draw.js",
    "imgcls/ui/autodiff/landscape/view.js", "imgcls/ui/activations/curves/view.js",
}  # fmt: skip


def test_views_leave_the_writing_of_numbers_to_one_module() -> None:
    for path in (ROOT / "imgcls/ui").rglob("*.js"):
        if str(path.relative_to(ROOT)) not in OWN_NUMBERS:
            found = re.search(r"toFixed|toPrecision|toExponential|toLocaleString", path.read_text())
            assert not found, f"{path.relative_to(ROOT)}: numbers.js writes numbers for people"


def test_sentences_leave_the_writing_of_numbers_to_one_module() -> None:
    """No f-string of a page groups thousands, counts decimals or makes percent; what is read by a program may."""
    paths = [
        *(ROOT / "imgcls/ui").rglob("*.py"),
        *(ROOT / "pages").glob("*.py"),
        *(ROOT / "imgcls/figures").glob("*.py"),
    ]
    for path in paths:
        for node in nodes(path):
            if isinstance(node, ast.FormattedValue) and node.format_spec is not None:
                spec = ast.unparse(node.format_spec).strip("f'\"")
                assert not re.fullmatch(r"z?[,_]?(\.\d+)?[f%]|[,_]", spec), (
                    f"{path.relative_to(ROOT)}:{node.lineno}: {spec}"
                )
