"""How Sphinx makes the site: `make site` runs it on a copy of the pages, see metakit/publish/site.py."""

project = "MetaKit"
copyright = "the MetaKit authors, MIT licence"
extensions = ["myst_nb", "metakit.publish.sphinx_math"]
root_doc = "README"
language = "en"

html_theme = "furo"
html_title = "MetaKit"
html_static_path = ["../build/pages/_static"]
html_css_files = ["live.css"]
html_js_files = [("live.js", {"defer": "defer"})]
html_math_renderer = "svg"
html_show_sourcelink = False
html_copy_source = False
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"

myst_enable_extensions = ["dollarmath", "amsmath"]
myst_dmath_double_inline = True
myst_heading_anchors = 4
nb_execution_mode = "off"  # they have been run: metakit/publish/executed.py
nb_ipywidgets_js = {}  # the usual one comes from elsewhere; ours is live.js
nb_merge_streams = True
nb_code_prompt_show, nb_code_prompt_hide = "Show the set-up", "Hide the set-up"  # no other code is folded
suppress_warnings = ["myst.header"]  # a glossary goes from its title to its terms
