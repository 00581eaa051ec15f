"""The documented context of a page is what its template uses, no more and no less."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import jinja2.meta
import jinja2.nodes
import pytest

import web
from web import contexts, crosscheck_contexts, evaluation_contexts
from web.app import environment

TEMPLATES = {
    "home.html": contexts.HomePage,
    "results.html": contexts.ResultsPage,
    "documents.html": contexts.DocumentsPage,
    "document.html": contexts.DocumentPage,
    "tasks.html": contexts.TasksPage,
    "check.html": crosscheck_contexts.CheckPage,
    "matrix.html": crosscheck_contexts.MatrixPage,
    "chain.html": crosscheck_contexts.ChainPage,
    "versions.html": crosscheck_contexts.VersionsPage,
    "graph.html": contexts.GraphPage,
    "evaluation.html": evaluation_contexts.EvaluationPage,
    "grading.html": evaluation_contexts.GradingPage,
    "empty.html": contexts.EmptyPage,
    "error.html": contexts.ErrorPage,
    "api.html": contexts.ApiPage,
}
MACROS = {"macros.html", "check_macros.html"}
SHARED = {"base.html"} | MACROS


def used(name: str) -> set[str]:
    """Return the names that a template and those it builds on take from the context."""
    env = environment()
    assert env.loader is not None
    source, _, _ = env.loader.get_source(env, name)
    tree = env.parse(source)
    own = {node.name for node in tree.find_all(jinja2.nodes.Macro)} | {
        node.target for node in tree.find_all(jinja2.nodes.Import)
    }
    names = set(jinja2.meta.find_undeclared_variables(tree)) - own
    for other in jinja2.meta.find_referenced_templates(tree):
        if other is not None and other not in MACROS:
            names |= used(other)
    return names - set(env.globals)


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_template_and_context_agree(name: str) -> None:
    documented = {field.name for field in fields(TEMPLATES[name])}
    assert documented - used(name) == set(), "documented but not used"
    assert used(name) - documented == set(), "used but not documented"


def test_every_template_has_a_context() -> None:
    folder = Path(web.__file__).parent / "templates"
    assert {path.name for path in folder.glob("*.html")} == set(TEMPLATES) | SHARED


def test_every_page_says_what_it_is() -> None:
    for page in TEMPLATES.values():
        assert page.__doc__
        assert ".html" in page.__doc__
