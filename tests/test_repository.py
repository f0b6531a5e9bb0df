"""What may not be committed, and what must be: it is public, and it must install on any machine."""

from __future__ import annotations

import os
import re
import subprocess

from tests.source import ROOT, files, relative

# Spelled in pieces, so that this file does not hold what it forbids.
HOSTS = [".".join(parts) for parts in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmjs", "com"))]
PLACES = [
    first + rest for first, rest in (("/wo", "rk/"), ("/fa", "rm/"), ("bash_", "jobs"), ("/ro", "ot/"), ("/ho", "me/"))
]
LOCK_FILES = {"package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "uv.lock", "poetry.lock"}
BINARY = {".safetensors", ".png", ".webp", ".jpg", ".ico", ".woff2", ".npz", ".pth"}


def test_no_registry_host_and_no_path_of_a_machine_is_named() -> None:
    forbidden = re.compile("|".join(map(re.escape, HOSTS + PLACES)))
    wrong = [
        f"{relative(path)}:{number}: {line.strip()[:120]}"
        for path in files()
        if path.suffix not in BINARY
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), start=1)
        if forbidden.search(line)
    ]
    assert not wrong


def test_no_lock_file_is_kept() -> None:
    assert not [relative(path) for path in files() if path.name in LOCK_FILES]


def test_ci_runs_the_same_command_as_everybody() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert re.search(r"^make test$", script.read_text(), flags=re.MULTILINE)
    subprocess.run(["bash", "-n", script], check=True)


def test_text_files_end_with_a_newline_and_have_no_stray_spaces() -> None:
    wrong = []
    for path in files():
        if path.suffix in BINARY or not (text := path.read_text(errors="replace")):
            continue
        if not text.endswith("\n") or re.search(r"[ \t]+$", text, flags=re.MULTILINE) or "\r" in text:
            wrong.append(relative(path))
    assert not wrong
