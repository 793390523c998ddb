"""What people call a form plugin, and a part of a site."""

from __future__ import annotations

_PLUGINS = {
    "contact-form-7": "Contact Form 7", "wpforms": "WPForms", "wpforms-lite": "WPForms",
    "gravityforms": "Gravity Forms",
    "ninja-forms": "Ninja Forms", "fluentform": "Fluent Forms", "formidable": "Formidable Forms",
    "forminator": "Forminator", "elementor-pro": "Elementor Pro", "elementor": "Elementor", "jetpack": "Jetpack",
    "woocommerce": "WooCommerce", "wordpress": "WordPress", "core": "WordPress",
}  # fmt: skip


def plugin_title(slug: str) -> str:
    """A plugin's name as its screen in wp-admin says it."""
    return _PLUGINS.get(slug, slug) or "the form plugin"


def component_title(component: str) -> str:
    """`plugin:slug` and the like, in words."""
    kind, _, name = component.partition(":")
    if kind == "plugin":
        return f"the plugin {plugin_title(name)}"
    return {"theme": f"the theme {name}", "third-party": name, "core": "WordPress itself"}.get(kind, "the page itself")
