import ast
import json
import re
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from pydantic import BaseModel

from dengar import deliver, ingest
from dengar.cli import main
from dengar.settings import Settings

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "dengar"
EVALUATION = ROOT.parent / "shared" / "data" / "eval"  # texts by which others judge us; not part of this repository

RECORDS = {"models", "errors"}
# Who may import whom, by the first name behind `dengar`; a new module finds its place here first.
MAY_IMPORT: dict[str, set[str]] = {
    "models": set(),
    "errors": set(),
    "mask": set(),
    # the parts know the records and nothing of each other
    "ingest": RECORDS,
    "classify": RECORDS,
    "geocode": RECORDS,
    "routing": RECORDS,
    "polls": RECORDS,
    "store": RECORDS,
    "feeds": RECORDS,
    "deliver": RECORDS | {"public"},
    "public": RECORDS,
    "filters": RECORDS,
    "settings": RECORDS,
    # what joins two parts or more
    "pipeline": RECORDS | {"answering", "ingest", "classify", "geocode", "routing", "store", "mask"},
    "answering": RECORDS | {"ingest", "routing"},
    "erasing": RECORDS | {"ingest", "pipeline", "routing", "store"},
    "completing": RECORDS | {"ingest", "store"},
    "rechecking": RECORDS | {"collecting", "erasing", "ingest", "routing", "store"},
    "reusing": RECORDS | {"ingest", "routing", "store"},
    "suggesting": RECORDS | {"ingest", "pipeline", "routing", "store"},
    "proving": RECORDS | {"ingest", "pipeline", "reusing", "routing", "store"},
    "replying": RECORDS | {"ingest", "store"},
    "relaying": RECORDS | {"answering", "deliver", "ingest", "store"},
    "delivering": RECORDS | {"deliver", "ingest", "routing", "store"},
    "archive": RECORDS | {"ingest", "classify", "geocode", "routing", "store", "mask"},
    "budgeting": {"ingest", "store"},
    "collecting": RECORDS | {"budgeting", "ingest", "mask", "store"},
    "intake": RECORDS | {"ingest", "store"},
    "silence": RECORDS,
    "habits": RECORDS | {"silence", "store"},
    "ailments": RECORDS | {"ingest", "store", "timetable"},
    # the analysts' loop
    "registry": RECORDS | {"classify", "ingest", "labelling", "store"},
    "labelling": RECORDS | {"classify", "store"},
    "label_studio": RECORDS | {"store"},
    "retraining": RECORDS | {"classify", "labelling", "registry", "store"},
    "evaluating": RECORDS | {"classify", "labelling", "store"},
    "model_reports": RECORDS | {"classify"},
    "modelling": RECORDS | {"classify", "ingest", "labelling", "model_reports", "registry", "store"},
    "model_work": RECORDS | {
        "classify", "drifting", "labelling", "model_reports", "retraining", "settings", "wiring",
    },
    "following": set(),
    "judging": RECORDS | {"classify", "following", "registry", "store"},
    "locating": RECORDS | {"following", "geocode"},
    "atlas": RECORDS | {"following", "geocode"},
    "shadowing": RECORDS | {"classify", "ingest", "registry", "store"},
    "ruling": RECORDS | {"following", "ingest", "routing", "store"},
    "amending": RECORDS | {"ingest", "rehearsing", "routing", "ruling", "store"},
    "rehearsing": RECORDS | {"pipeline", "routing", "store"},
    "routing_listing": RECORDS | {"rehearsing", "routing"},
    "routing_cli": RECORDS | {"rehearsing", "routing", "routing_listing", "settings", "terminal", "wiring"},
    "drifting": RECORDS | {"classify", "store"},
    "reclassifying": RECORDS | {"classify", "ingest", "pipeline", "routing", "store", "working"},
    "health": RECORDS | {"ailments", "collecting", "habits", "ingest", "leading", "silence", "store", "timetable"},
    "desk": RECORDS | {"classify", "ingest", "labelling", "mask", "pipeline", "proving", "routing", "store"},
    "minding": RECORDS | {"ingest", "routing", "store"},
    "placing": RECORDS | {"geocode", "routing"},
    "rebuilding": RECORDS | {"routing", "store"},
    "working": RECORDS | {"erasing", "ingest", "pipeline", "store"},
    "timetable": RECORDS | {"ingest", "settings"},
    # the administration's pages: what they ask of the rest, and what they ask the scheduler to do
    "jobbing": RECORDS | {"collecting", "ingest", "store"},
    "outlook": RECORDS | {"habits", "ingest", "silence", "store", "timetable"},
    "setting_list": RECORDS | {"settings"},
    "overseeing": RECORDS | {"habits", "ingest", "mask", "outlook", "setting_list", "settings", "store"},
    "leading": RECORDS | {"ingest", "store"},
    "housekeeping": RECORDS | {"ingest", "store"},
    "scheduler": RECORDS | {
        "collecting", "housekeeping", "ingest", "leading", "pipeline", "settings", "store", "timetable", "working",
    },
    # the administration's work, and the flood; which river is nearest is asked of the grid once, to make a table
    "water": RECORDS | {"geocode"},
    "comparing": RECORDS | {"routing", "store"},
    "leaders": RECORDS | {"pipeline", "store"},
    "watering": RECORDS | {"ingest", "settings", "store", "water"},
    "flooding": RECORDS | {"store", "water"},
    "ranking_cli": RECORDS | {
        "comparing", "leaders", "listing", "pipeline", "routing", "settings", "terminal", "wiring",
    },
    "flood_cli": RECORDS | {"flooding", "listing", "terminal", "water", "watering"},
    "web": RECORDS | {"comparing", "feeds", "flooding", "polls", "public", "routing", "store"},
    "exporting": RECORDS | {"feeds", "store"},
    # what builds and starts
    "wiring": RECORDS | {
        "amending", "answering", "atlas", "classify", "collecting", "completing", "deliver", "delivering", "desk",
        "drifting", "erasing", "geocode", "habits", "health", "ingest", "intake", "jobbing", "judging", "locating",
        "minding", "model_work", "modelling", "overseeing", "pipeline", "placing", "proving", "rechecking",
        "reclassifying", "registry", "relaying", "replying", "routing", "ruling",
        "settings", "shadowing", "store", "suggesting", "timetable", "watering", "working",
    },
    "serving": RECORDS | {"scheduler", "settings", "store", "web", "wiring"},
    "checking": RECORDS | {"deliver", "ingest", "routing", "settings", "store", "timetable", "wiring"},
    "cast": RECORDS | {"store"},
    "demo": RECORDS | {"cast", "ingest", "intake", "scheduler", "wiring"},
    "source_files": RECORDS | {"ingest"},
    "new_source": RECORDS | {"ingest", "source_files"},
    "listing": RECORDS | {"ailments", "ingest", "timetable"},
    "terminal": {"settings", "wiring"},
    "model_listing": RECORDS | {"classify", "listing", "reclassifying", "store", "timetable"},
    "model_cli": RECORDS | {
        "classify", "drifting", "evaluating", "label_studio", "labelling", "model_listing", "retraining", "settings",
        "terminal", "wiring",
    },
    "clients_cli": RECORDS | {"terminal"},
    "staff_cli": RECORDS | {"terminal", "wiring"},
    "deliveries_cli": RECORDS | {"listing", "terminal", "wiring"},
    "export_cli": RECORDS | {"exporting", "feeds", "terminal", "wiring"},
    "gazetteer_cli": RECORDS | {"geocode", "settings", "terminal", "wiring"},
    "cli": RECORDS | {
        "checking", "classify", "clients_cli", "deliveries_cli", "demo", "export_cli", "filters", "flood_cli",
        "gazetteer_cli", "ingest", "listing", "model_cli", "new_source", "ranking_cli", "rebuilding", "routing_cli",
        "scheduler", "serving", "settings", "staff_cli", "terminal", "web", "wiring",
    },
    "__main__": {"cli"},
}  # fmt: skip

HEAVY = {
        "PIL", "apscheduler", "dateparser", "fastapi", "feedparser", "holidays", "httpx2", "imagehash", "imap_tools",
        "jinja2", "lxml", "numpy", "pyarrow", "pymongo", "scipy", "scrapy", "selectolax", "shapely", "sklearn",
        "skops", "spacy", "tweepy", "uvicorn",
}  # fmt: skip
# What takes seconds or hundreds of megabytes is loaded by no part before it is used.
VERY_HEAVY = {"pyarrow", "scipy", "scrapy", "sklearn", "skops", "spacy", "tweepy"}


def modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if "__pycache__" not in path.parts)


@cache
def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def part_of(path: Path) -> str:
    """Give the first name behind `dengar`: of a file or of a folder."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(path: Path) -> Iterator[str]:
    """Give the parts that a module imports, also those imported only when they are used."""
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        yield from (name.split(".")[1] for name in names if name.startswith("dengar."))


def test_every_module_imports_only_what_its_part_may() -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports dengar.{name}"
        for path in modules()
        for name in imported(path)
        if name not in {part_of(path), "__version__"} and name not in MAY_IMPORT[part_of(path)]
    ]
    assert wrong == []


def test_every_part_has_its_place_in_the_table() -> None:
    assert {part_of(path) for path in modules()} - {"__init__"} <= set(MAY_IMPORT)


def import_apart(code: str, folder: Path) -> set[str]:
    """Import in a process of its own; give the libraries that were loaded."""
    code += "\nimport sys, threading\nassert threading.active_count() == 1"
    code += "\nprint(*{name.split('.')[0] for name in sys.modules})"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], cwd=folder, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert list(folder.iterdir()) == []
    return set(done.stdout.split())


def test_starting_the_command_line_loads_nothing_heavy(tmp_path: Path) -> None:
    assert import_apart("import dengar.cli", tmp_path) & HEAVY == set()


def test_importing_every_module_does_nothing(tmp_path: Path) -> None:
    names = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in modules() if path.stem != "__main__"]
    code = "import importlib\n" + "\n".join(f"importlib.import_module({name!r})" for name in names)
    import_apart(code, tmp_path)


def test_the_doors_of_the_parts_load_nothing_very_heavy(tmp_path: Path) -> None:
    parts = sorted({part_of(path) for path in modules()} - {"__init__", "__main__"})
    assert import_apart("\n".join(f"import dengar.{name}" for name in parts), tmp_path) & VERY_HEAVY == set()


def public(
    tree: ast.AST, name: str
) -> Iterator[tuple[str, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef]]:
    if isinstance(tree, ast.Module | ast.ClassDef):
        yield name, tree
        for node in tree.body:
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.name[0] != "_":
                yield from public(node, f"{name}.{node.name}")
    elif isinstance(tree, ast.FunctionDef | ast.AsyncFunctionDef):
        yield name, tree


def test_everything_public_has_a_docstring() -> None:
    bare = [
        name
        for path in modules()
        for name, node in public(parse(path), str(path.relative_to(ROOT)))
        if not (ast.get_docstring(node) or "").strip()
    ]
    assert bare == []


@cache
def documentation() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])


def test_every_command_and_option_is_documented() -> None:
    missing = [f"dengar {name}" for name in main.commands if not re.search(rf"dengar {name}\b", documentation())]
    for command in main.commands.values():
        for parameter in command.params:
            # of --connect/--no-connect the one that changes something is enough
            options = [option for option in (*parameter.opts, *parameter.secondary_opts) if option.startswith("--")]
            if options and not any(option in documentation() for option in options):
                missing.append(f"{command.name} {options[0]}")
    assert missing == []


def fields(settings: type[BaseModel], under: str = "") -> Iterator[str]:
    for name, field in settings.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from fields(field.annotation, f"{name}.")
        else:
            yield f"{under}{name}"


def test_every_setting_is_documented() -> None:
    names = set(fields(Settings)) | {"DENGAR_CONFIG"}
    for collector in ingest.names():
        names |= set(fields(ingest.find(collector).Settings)) - {"name"}
    for sender in deliver.names():
        names |= set(fields(deliver.find(sender).Settings)) - {"name"}
    missing = [name for name in sorted(names) if not re.search(rf"`{re.escape(name)}\b", documentation())]
    assert missing == []


def test_every_collector_is_documented() -> None:
    assert [name for name in ingest.names() if f"`{name}`" not in documentation()] == []


def test_only_the_settings_read_the_environment() -> None:
    readers = [path.name for path in modules() if re.search(r"\bos\.(environ|getenv)|\bgetenv\(", path.read_text())]
    assert readers == ["settings.py"]


def test_the_clock_is_read_in_one_place() -> None:
    clocks = {
        str(path.relative_to(PACKAGE)): count
        for path in modules()
        if (count := len(re.findall(r"datetime\.now\(|utcnow\(|date\.today\(", path.read_text())))
    }
    assert clocks == {"wiring.py": 1}


def test_no_module_is_named_after_nothing() -> None:
    empty = {"utils", "util", "common", "base", "manager", "helper", "helpers", "core", "misc"}
    assert [path for path in modules() if empty & {path.stem, *path.relative_to(PACKAGE).parts}] == []


# Texts by which the classifier and the locator are judged must not be among those that we wrote for them.

WINDOW = 60
SHORTEST = 30  # shorter ones are names of places


def squeeze(text: str) -> str:
    return re.sub(r"[\W_]+", " ", unicodedata.normalize("NFKC", text).lower()).strip()


def strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from strings(one)


def own_texts() -> Iterator[tuple[str, str]]:
    for folder in (PACKAGE / "classify" / "corpus", PACKAGE / "sample_day"):
        for path in sorted(folder.iterdir()):
            text = path.read_text(encoding="utf-8", errors="replace")
            if path.suffix == ".jsonl":
                rows = (line for line in text.splitlines() if line.strip().startswith("{"))
                yield from ((path.name, one) for row in rows for one in strings(_read(row)))
            else:
                yield from ((path.name, one) for one in (text, *text.splitlines()))


def _read(row: str) -> object:
    try:
        return json.loads(row)
    except ValueError:
        return row


def test_no_text_of_the_evaluation_is_among_ours() -> None:
    if not EVALUATION.is_dir():
        pytest.skip("the evaluation texts are not on this machine")
    lines = [line for path in EVALUATION.rglob("*.jsonl") for line in path.read_text(encoding="utf-8").splitlines()]
    theirs = {squeeze(text) for line in lines for text in strings(json.loads(line))}
    whole = {text for text in theirs if len(text) >= SHORTEST}
    pieces = {text[at : at + WINDOW] for text in theirs for at in range(len(text) - WINDOW + 1)}
    found = [
        (name, text[:80])
        for name, one in own_texts()
        if (text := squeeze(one)) in whole
        or any(text[at : at + WINDOW] in pieces for at in range(len(text) - WINDOW + 1))
    ]
    assert whole
    assert found == []
