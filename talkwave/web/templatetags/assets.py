"""`{% importmap %}`: plain relative imports in the sources, hashed files in the browser, one instance of each module."""

import json
import posixpath
import re
from functools import cache

from django import template
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

FOLDERS = ("js/", "vendor/")
ENTRY = "js/app.js"
# `import … from "./x.js"`, `import "./x.js"` and `export … from "./x.js"` at the start of a line; not `import("./x.js")`,
# which is loaded when it is wanted.
STATIC_IMPORT = re.compile(r"""^\s*(?:import|export)\b[^"'`();]*?["'](\.{1,2}/[^"']+\.js)["']""", re.MULTILINE)


@register.simple_tag(takes_context=True)
def importmap(context: template.Context) -> SafeString:
    """The import map and the preload links for the modules the page starts with; nothing where files are not hashed.

    Its keys are the unhashed addresses, which is what a relative import inside a hashed module comes to.
    It has to stand before the first module script.
    """
    request = context.get("request")
    if request is None or not _modules():
        return mark_safe("")
    return format_html(
        '<script type="importmap" nonce="{}">{}</script>\n{}',
        request.csp_nonce,
        _import_map(),
        _preloads(),
    )


@cache
def _modules() -> dict[str, str]:
    """Every module of ours, by its name in the sources: the hashed name. Read once: files change with the process."""
    hashed = getattr(staticfiles_storage, "hashed_files", {})
    return {name: file for name, file in sorted(hashed.items()) if name.startswith(FOLDERS) and name.endswith(".js")}


@cache
def _import_map() -> SafeString:
    base = str(settings.STATIC_URL)
    text = json.dumps({"imports": {base + name: base + file for name, file in _modules().items()}})
    return mark_safe(text.replace("<", "\\u003c"))  # noqa: S308  (JSON, and no way out of the script element)


@cache
def _preloads() -> SafeString:
    """One link for each module that app.js needs from the start: the browser need not find them one after another."""
    base = str(settings.STATIC_URL)
    hashed = _modules()
    return format_html_join(
        "\n",
        '<link rel="modulepreload" href="{}">',
        ((base + hashed[name],) for name in graph(ENTRY) if name in hashed),
    )


@register.simple_tag
def modulepreload(*names: str) -> SafeString:
    """Preload links for these modules (`js/chat/timeline.js`) and all they import, beyond what every page preloads."""
    return _more_preloads(names)


@cache
def _more_preloads(names: tuple[str, ...]) -> SafeString:
    base = str(settings.STATIC_URL)
    hashed = _modules()
    known = set(graph(ENTRY))
    needed = dict.fromkeys(module for name in names for module in graph(name) if module not in known)
    links = ((base + hashed[name],) for name in needed if name in hashed)
    return format_html_join("\n", '<link rel="modulepreload" href="{}">', links)


def graph(entry: str) -> list[str]:
    """The names of all modules that `entry` imports statically, itself first, as far as they exist."""
    found: dict[str, None] = {}
    waiting = [entry]
    while waiting:
        name = waiting.pop(0)
        if name in found or not staticfiles_storage.exists(name):
            continue
        found[name] = None
        with staticfiles_storage.open(name) as file:
            source = file.read().decode()
        waiting += [
            posixpath.normpath(posixpath.join(posixpath.dirname(name), x)) for x in STATIC_IMPORT.findall(source)
        ]
    return list(found)
