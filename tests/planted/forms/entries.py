"""Faults behind the button: fatal errors, lost entries, notifications that reach nobody, mail that does not leave."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from demo.faults import FAULTS as MAIL_FAULTS
from demo.faults import Stage
from tests.planted.forms.fault import fault
from tests.planted.forms.ground import Ground
from tests.planted.forms.pages import CF7, FLUENT, FORMIDABLE, GRAVITY, NINJA, WPFORMS

MAIL = ("accepted", "handed", "composed")
_CF7_MAIL = "$f = wpcf7_contact_form( {form} ); $m = $f->prop( 'mail' ); $m = array_replace( $m, array( {new} ) ); "
_CF7_MAIL += "$f->set_properties( array( 'mail' => $m ) ); $f->save();"


@fault(
    "a filter of wp_mail throws a TypeError",
    CF7,
    "form.trace.fatal",
    stages=("composed", "handed", "kept", "validated"),
)
def fatal_in_mail(ground: Ground) -> Iterator[str]:
    with ground.running("add_filter( 'wp_mail', function ( int $mail ) { return $mail; } );"):
        yield ground.pages[CF7]


@fault(
    "add-on of Gravity Forms dies on the entry", GRAVITY, "form.trace.fatal", stages=("validated", "kept", "composed")
)
def fatal_in_gravity(ground: Ground) -> Iterator[str]:
    with ground.running("add_action( 'gform_pre_submission', function () { a_function_that_is_gone(); } );"):
        yield ground.pages[GRAVITY]


@fault("a plugin ends the request before any outcome", CF7, "form.trace.no_outcome", stages=("validated",))
def no_outcome(ground: Ground) -> Iterator[str]:
    with ground.running("add_action( 'wpcf7_before_send_mail', function () { status_header( 204 ); exit; } );"):
        yield ground.pages[CF7]


@contextmanager
def _cf7_mail(ground: Ground, new: str) -> Iterator[str]:
    office = "'recipient' => 'office@aftercare.test', 'sender' => 'Bakery <office@aftercare.test>', 'active' => true"
    ground.site.php_eval(_CF7_MAIL.format(form=ground.forms[CF7], new=new))
    try:
        yield ground.pages[CF7]
    finally:
        ground.site.php_eval(_CF7_MAIL.format(form=ground.forms[CF7], new=office))


@fault("recipient's domain mistyped", CF7, "form.trace.recipient_domain", stages=(*MAIL, ""))
def mistyped(ground: Ground) -> Iterator[str]:
    with _cf7_mail(ground, "'recipient' => 'office@aftercrae.test'") as page:
        yield page


@fault(
    "recipient's tag misspelt",
    CF7,
    "form.trace.no_recipient",
    "form.trace.recipient_field",
    "form.trace.no_mail",
    "form.trace.mail_failed",
    "form.trace.notification_problem",
    stages=(*MAIL, ""),
)
def misspelt(ground: Ground) -> Iterator[str]:
    with _cf7_mail(ground, "'recipient' => '[your-emial]'") as page:
        yield page


def _wpforms(ground: Ground, change: str) -> Iterator[str]:
    form = ground.forms[WPFORMS]
    before = ground.site.php_eval(f"echo base64_encode( get_post( {form} )->post_content );")
    put = f"$d = json_decode( get_post( {form} )->post_content, true ); {change} "
    ground.site.php_eval(
        put + f"wp_update_post( array( 'ID' => {form}, 'post_content' => wp_slash( wp_json_encode( $d ) ) ) );"
    )
    try:
        yield ground.pages[WPFORMS]
    finally:
        ground.site.php_eval(
            f"wp_update_post( array( 'ID' => {form}, 'post_content' => wp_slash( base64_decode( '{before}' ) ) ) );"
        )


@fault(
    "WPForms: notifications switched off",
    WPFORMS,
    "form.trace.notification_off",
    "form.trace.nowhere",
    stages=("composed", "kept"),
)
def wpforms_off(ground: Ground) -> Iterator[str]:
    yield from _wpforms(ground, "$d['settings']['notification_enable'] = '0';")


@fault("WPForms: recipient emptied", WPFORMS, "form.trace.no_recipient", stages=("composed",))
def wpforms_empty(ground: Ground) -> Iterator[str]:
    yield from _wpforms(ground, "$d['settings']['notifications'][1]['email'] = '';")


@fault("Gravity Forms: notification inactive", GRAVITY, "form.trace.notification_off", stages=("composed",))
def gravity_off(ground: Ground) -> Iterator[str]:
    put = (
        "$f = GFAPI::get_form( %s ); foreach ( $f['notifications'] as $k => $n ) { $f['notifications'][ $k "
        "]['isActive'] = %s; } "
    )
    put += "GFAPI::update_form( $f );"
    ground.site.php_eval(put % (ground.forms[GRAVITY], "false"))
    try:
        yield ground.pages[GRAVITY]
    finally:
        ground.site.php_eval(put % (ground.forms[GRAVITY], "true"))


@fault(
    "Fluent Forms: table of entries gone after a move",
    FLUENT,
    "form.trace.not_kept",
    "form.trace.fatal",
    "form.browser.server_error",
    "form.trace.no_outcome",
    stages=("kept", "validated"),
)
def table_gone(ground: Ground) -> Iterator[str]:
    move = 'global $wpdb; $wpdb->query( "RENAME TABLE {$wpdb->prefix}%s TO {$wpdb->prefix}%s" );'
    ground.site.php_eval(move % ("fluentform_submissions", "fluentform_moved"))
    try:
        yield ground.pages[FLUENT]
    finally:
        ground.site.php_eval(move % ("fluentform_moved", "fluentform_submissions"))


@fault("Fluent Forms: notification switched off", FLUENT, "form.trace.notification_off", stages=("composed",))
def fluent_off(ground: Ground) -> Iterator[str]:
    put = (
        f"$all = FluentForm\\App\\Models\\FormMeta::where( 'form_id', {ground.forms[FLUENT]} )"
        "->where( 'meta_key', 'notifications' )->get(); "
        "foreach ( $all as $one ) { $v = json_decode( $one->value, true ); "
        "$v['enabled'] = %s; $one->value = wp_json_encode( $v ); $one->save(); }"
    )
    ground.site.php_eval(put % "false")
    try:
        yield ground.pages[FLUENT]
    finally:
        ground.site.php_eval(put % "true")


def _of_mail(name: str, plugin: str) -> None:
    planted = next(each for each in MAIL_FAULTS if each.name == name)

    # What a mailer says of a log-in that is not offered is "could not authenticate": more, the mail's own run tells.
    @fault(f"mail: {name}", plugin, planted.code, "form.trace.mail_failed", "smtp.auth.failed", stages=MAIL)
    def mail_fault(ground: Ground) -> Iterator[str]:
        with planted.planted(Stage(ground.world, ground.site)):
            yield ground.pages[plugin]


for _name, _plugin in (
    ("wrong password", CF7),
    ("relay down", WPFORMS),
    ("relay's name mistyped", GRAVITY),
    ("certificate expired", FLUENT),
    ("sender refused", FORMIDABLE),
    ("log-in not offered", NINJA),
):
    _of_mail(_name, _plugin)
