"""A pure module of the views, called from Python: in node where there is one, else in the tests' Chromium."""

import json
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

JS = Path(__file__).resolve().parent.parent / "imgcls/ui/js"
ENCODED = 'JSON.stringify(found, (_, value) => typeof value === "number" && !isFinite(value) ? String(value) : value)'

# What a view looks for when it is loaded: the page's own script.
PAGE = 'globalThis.document = { querySelector: () => ({ src: "http://localhost/static/js/index.js" }) }'


def evaluated(module: Path, expressions: Sequence[str]) -> list[Any]:
    """What each JavaScript expression gives, in which `m` is the module; without node it must import nothing."""
    body = f"const found = [{', '.join(f'({expression})' for expression in expressions)}]"
    if node := shutil.which("node"):
        script = f"{PAGE}\nconst m = await import({json.dumps(module.as_uri())})\n{body}\nconsole.log({ENCODED})"
        command = [node, "--input-type=module", "--no-warnings", "-"]
        done = subprocess.run(command, input=script, capture_output=True, text=True, check=True, timeout=60)
        return json.loads(done.stdout)
    from playwright.sync_api import sync_playwright

    from tests.serving import ARGUMENTS, browser_path

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path(), args=ARGUMENTS)
        address = f"URL.createObjectURL(new Blob([{json.dumps(module.read_text())}], {{ type: 'text/javascript' }}))"
        code = f"async () => {{ const m = await import({address}); {body}; return {ENCODED} }}"
        found = json.loads(browser.new_page().evaluate(code))
        browser.close()
        return found


def attributes(html: str, name: str) -> list[str]:
    """All values of an attribute in an HTML text."""
    return re.findall(rf'{name}="([^"]*)"', html)


def texts(html: str, name: str) -> str:
    """The text within the last element of a class, up to the end of its <div>, in one line."""
    inside = re.split(rf'<div class="{name}">', html)[-1].split("</div>")[0]
    return " ".join(re.sub(r"<[^>]*>", " ", inside).split())
