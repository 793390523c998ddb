"""Sound form pages of different make: none of them may be accused of anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from tests.planted.forms.ground import PLUGINS, Ground
from tests.planted.forms.pages import CF7, FLUENT, FORMIDABLE, GRAVITY, NINJA, WPFORMS


@dataclass(frozen=True)
class SoundPage:
    """A page that works."""

    name: str
    plugin: str
    made: Callable[[Ground], AbstractContextManager[str]]


SOUND: list[SoundPage] = []
Making = Callable[[Ground], Iterator[str]]


def _sound(name: str, plugin: str, making: Making) -> None:
    SOUND.append(SoundPage(name, plugin, contextmanager(making)))


def _plain(plugin: str) -> Making:
    def making(ground: Ground) -> Iterator[str]:
        yield ground.pages[plugin]

    return making


def _content(plugin: str, content: str) -> Making:
    def making(ground: Ground) -> Iterator[str]:
        yield ground.page(content.replace("FORM", ground.shown(plugin)))

    return making


def _code(plugin: str, code: str) -> Making:
    def making(ground: Ground) -> Iterator[str]:
        with ground.running(code):
            yield ground.pages[plugin]

    return making


for _plugin in PLUGINS:
    _sound("as the plugin makes it", _plugin, _plain(_plugin))

_LONG = "<p>We have done the maintenance of ovens since 1920. Coming soon: new rolls.</p>" * 60
_CONTENTS = {
    "in columns of blocks": '<!-- wp:columns --><div class="wp-block-columns"><!-- wp:column --><div '
    'class="wp-block-column">FORM'
    "</div><!-- /wp:column --></div><!-- /wp:columns -->",
    "in Arabic": '<div dir="rtl" lang="ar"><h2>اتصل بنا</h2>FORM</div>',
    "far down a long page that speaks of maintenance": f"{_LONG}FORM{_LONG}",
    "beside a search and a newsletter of another service": '<form action="/" method="get"><input name="s"></form>FORM'
    '<form action="https://bakery.us1.list-manage.example/subscribe" method="post"><input type="email" '
    'name="EMAIL"></form>',
    "with a sample of its shortcode": "<pre><code>[[contact-form-7 id=1]]</code></pre>FORM",
    "in a table, as old themes do": "<table><tr><td>FORM</td></tr></table>",
}
for _name, _words in _CONTENTS.items():
    for _plugin in (CF7, FLUENT) if "Arabic" not in _name else (CF7, FLUENT, GRAVITY):
        _sound(_name, _plugin, _content(_plugin, _words))

_DEFER = (
    "add_filter( 'script_loader_tag', fn( $tag, $handle ) => str_replace( '<script ', '<script defer ', "
    "$tag ), 10, 2 );"
)
_DELAY = (
    "add_filter( 'script_loader_tag', fn( $tag, $handle ) => 'swv' === $handle || 'comment-reply' === "
    "$handle ? str_replace( "
)
_DELAY += (
    "array( '<script', ' src=' ), array( '<script type=\"rocketlazyloadscript\"', ' data-rocket-src=' ), "
    "$tag ) : $tag, 10, 2 );"
)
_ANALYTICS = (
    'add_action( \'wp_head\', function () { echo \'<script type="text/plain" data-cookieyes="cookieyes-analytics" '
)
_ANALYTICS += 'src="https://stats.example/a.js"></script>\'; } );'
_CACHED = (
    "add_action( 'template_redirect', function () { if ( is_page() && ! $_GET && 'GET' === "
    "$_SERVER['REQUEST_METHOD'] ) { "
)
_CACHED += "header( 'Age: 3600' ); header( 'X-Cache: HIT' ); } } );"
_MINIFIED = "add_action( 'template_redirect', function () { ob_start( fn( $page ) => preg_replace( array( '/>\\s+</', "
_MINIFIED += "'#</body>\\s*</html>#' ), array( '> <', '' ), $page ) ); } );"
_BANNER = (
    "add_action( 'wp_footer', function () { echo '<div "
    'style="position:fixed;bottom:0;left:0;right:0;height:60px">We use '
)
_BANNER += "cookies <button>OK</button></div>'; } );"
_WRAP = "add_filter( 'rest_endpoints', function ( $all ) { unset( $all['/wp/v2/users'] ); return $all; } );"
_CODES = {
    "analytics held for consent": _ANALYTICS,
    "from a page cache, an hour old": _CACHED,
    "its HTML minified, without end tags": _MINIFIED,
    "a cookie banner at the foot": _BANNER,
    "the list of users closed in the REST API": _WRAP,
}
for _name, _words in _CODES.items():
    for _plugin in {"analytics": (CF7, WPFORMS), "from a": (FORMIDABLE, GRAVITY)}.get(
        _name.partition(" ")[0], (WPFORMS, NINJA)
    ):
        _sound(_name, _plugin, _code(_plugin, _words))
_sound("a script of no consequence delayed", CF7, _code(CF7, _DELAY))
_sound("all scripts deferred in order", FORMIDABLE, _code(FORMIDABLE, _DEFER))
