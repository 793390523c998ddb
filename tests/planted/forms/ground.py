"""What form faults are planted in: a real WordPress with real form plugins, paired, and looked at as a run looks."""

from __future__ import annotations

import base64
import importlib
import ipaddress
import itertools
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from diagnostics.check import Context, SiteUnavailable, all_checks
from diagnostics.finding import Finding
from diagnostics.network import EgressPolicy, Network
from tests.servers.lab import OFFICE, OPS, LabSite, MailWorld
from tests.wordpress.plugin_doors import Road

# As the playbook Missing Form Submissions has them; what it reads of the past has nothing to read here.
CHECKS = ("smtp.settings", "smtp.connect", "smtp.tls", "forms.page", "forms.browser", "forms.trace")
# slug -> the module and class that know how its form is made, and how a post shows it.
PLUGINS: dict[str, tuple[str, str, str]] = {
    "contact-form-7": ("test_form_contact_form_7", "TestContactForm7", '[contact-form-7 id="{}" title="Demo"]'),
    "wpforms": ("test_form_wpforms", "TestWPForms", '[wpforms id="{}"]'),
    "gravityforms": ("test_form_gravityforms", "TestGravityForms", '[gravityform id="{}" title="false"]'),
    "fluentform": ("test_form_fluentform", "TestFluentForms", '[fluentform id="{}"]'),
    "formidable": ("test_form_formidable", "TestFormidable", "[formidable id={}]"),
    "forminator": ("test_form_forminator", "TestForminator", '[forminator_form id="{}"]'),
    "ninja-forms": ("test_form_ninja_forms", "TestNinjaForms", "[ninja_form id={}]"),
}
# No visitor of the lab is one of many behind a single address.
QUIET = "<?php add_filter( 'fluentform/prevent_malicious_attacks', '__return_false' );"
# Its public repository has the script as its source only, which runs as it is.
_FLUENT_SOURCE = "resources/assets/public/form-submission.js"
# The contract's own form has none: there nobody presses it.
_WITH_A_BUTTON = (
    "$f = wpcf7_contact_form( {form} ); "
    "$f->set_properties( array( 'form' => $f->prop( 'form' ) . '[submit \"Send\"]' ) ); $f->save();"
)
_numbers = itertools.count()


@dataclass
class Ground:
    """The site, its forms and their pages."""

    site: LabSite
    world: MailWorld
    road: Road
    forms: dict[str, str] = field(default_factory=dict)  # plugin -> its form's id
    pages: dict[str, str] = field(default_factory=dict)  # plugin -> the page of its form
    listed: dict[str, Any] = field(default_factory=dict)  # forms.list while all was well

    def install(self, folder: Path) -> None:
        """Put the real plugins of *folder* into the site, each with one form on one page."""
        self.site.wp("plugin", "deactivate", "contact-form-stand-in")
        for slug, (module, name, shown) in PLUGINS.items():
            if not (folder / slug).is_dir():
                continue
            self.site.install_plugin(folder / slug, slug=slug)
            if (source := folder / slug / _FLUENT_SOURCE).exists():
                self.site.put(f"plugins/{slug}/assets/js/form-submission.js", source.read_text())
            setup = getattr(importlib.import_module(f"tests.wordpress.{module}"), name).setup
            form = self.site.php_eval(setup.replace("{office}", OFFICE)).splitlines()[-1].strip()
            if slug == "contact-form-7":
                self.site.php_eval(_WITH_A_BUTTON.format(form=form))
            self.forms[slug] = form
            self.pages[slug] = self.page(shown.format(form))
        self.site.put_mu_plugin("quiet.php", QUIET)
        self.listed = self.road.ask("forms.list").result

    def shown(self, plugin: str, form: str = "") -> str:
        """What a post says to show the plugin's form."""
        return PLUGINS[plugin][2].format(form or self.forms[plugin])

    def page(self, content: str, **more: str) -> str:
        """A published page with this content; its address."""
        made = {"post_type": "page", "post_status": "publish", "post_title": "Form", "post_content": content, **more}
        words = base64.b64encode(json.dumps(made).encode()).decode()
        php = f"echo get_permalink( wp_insert_post( wp_slash( json_decode( base64_decode( '{words}' ), true ) ) ) );"
        return self.site.php_eval(php).splitlines()[-1].strip()

    @contextmanager
    def running(self, code: str) -> Iterator[None]:
        """A must-use plugin is in force."""
        name = f"planted-{next(_numbers)}.php"
        self.site.put_mu_plugin(name, f"<?php {code}")
        try:
            yield
        finally:
            self.site.remove_mu_plugin(name)

    @contextmanager
    def rewriting(
        self, old: str, new: str, *, headers: Mapping[str, str] | None = None, fresh: bool = True
    ) -> Iterator[None]:
        """Something in the site rewrites its pages: *old*, a regular expression of PHP, becomes *new*.

        Not *fresh*: as a page cache does, only for an address without a question, and with these headers.
        """
        said = "".join(f"header( '{name}: {value}' );" for name, value in (headers or {}).items())
        only = "" if fresh else "if ( $_GET || 'GET' !== $_SERVER['REQUEST_METHOD'] ) { return; }"
        pattern, put = (base64.b64encode(each.encode()).decode() for each in (old, new))
        code = f"add_action( 'template_redirect', function () {{ {only} {said} ob_start( fn( $page ) => preg_replace( "
        code += f"base64_decode( '{pattern}' ), base64_decode( '{put}' ), $page ) ); }}, 0 );"
        with self.running(code):
            yield

    async def look(self, plugin: str, page: str, network: Network) -> list[Finding]:
        """What a run about the plugin's form on *page* finds: page, browser, trace."""
        form = self.forms[plugin]
        site = LookedAt(self, plugin, form, page)
        found: list[Finding] = []
        for name in CHECKS:
            context = Context(
                network,
                site,
                datetime.now(UTC),
                form=f"{plugin}:{form}",
                findings=tuple(found),
                recipient=OPS,
                by_hand=True,
            )
            found += await all_checks()[name].look(context)
        return found

    def network(self) -> Network:
        loopback = EgressPolicy([ipaddress.ip_network("127.0.0.0/8")])
        return Network(loopback, [self.world.dns.nameserver], ca_file=self.world.authority.bundle)


@dataclass
class LookedAt:
    """The site as a check asks it. The form is said to be on the page that is looked at, as a list of before has it."""

    ground: Ground
    plugin: str
    form: str
    page: str
    roads: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return self.ground.site.url

    async def command(self, name: str, args: Mapping[str, Any] | None = None) -> dict[str, Any]:
        answered = self.ground.road.ask(name, dict(args or {}))
        if answered.body.get("state") != "done":
            if name != "forms.list":
                raise SiteUnavailable(f"the site answered {answered.status} {str(answered.body)[:200]}")
            answer: dict[str, Any] = self.ground.listed
        else:
            answer = dict(answered.result)
        return self._listed(answer) if name == "forms.list" else answer

    def _listed(self, answer: dict[str, Any]) -> dict[str, Any]:
        own = (self.plugin, self.form)
        forms = [each for each in answer["forms"] if (each["plugin"], each["form"]) == own]
        forms = forms or [each for each in self.ground.listed["forms"] if (each["plugin"], each["form"]) == own]
        entry = (
            forms[0] if forms else {"plugin": self.plugin, "form": self.form, "title": "Contact Form Demo", "on": True}
        )
        tried = "" if entry.get("not_tried") == "no_page" else entry.get("not_tried", "excluded")
        return {**answer, "forms": [{**entry, "pages": [self.page], "not_tried": tried}]}
