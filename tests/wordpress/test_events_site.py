"""What else a real site tells: errors of PHP with their owner, changes, cron that is late; and what a page pays."""

from __future__ import annotations

import pytest

from tests.servers.lab import LabSite
from tests.servers.wordpress import poll
from tests.wordpress.told import Told, visit_running

# Counts when all is over: a shutdown function that is registered last, by one that was.
COUNTS_QUERIES = r"""<?php
defined( 'SAVEQUERIES' ) || define( 'SAVEQUERIES', true );
add_action( 'shutdown', function () {
	register_shutdown_function( function () {
		register_shutdown_function( function () {
			$queries = array_column( $GLOBALS['wpdb']->queries, 0 );
			$writes  = preg_grep( '/^\s*(INSERT|UPDATE|DELETE|REPLACE)/i', $queries );
			file_put_contents( WP_CONTENT_DIR . '/queries.txt', count( $queries ) . ' ' . count( $writes ) );
		} );
	} );
} );
"""


def test_a_fatal_error_is_told_with_its_owner_and_without_values(told_everywhere: Told) -> None:
    visit_running(told_everywhere.site, "template_redirect", "( function ( int $a ) {} )( 'Private value' );")
    error = told_everywhere.wait_for("php.error")
    assert (error["level"], error["class"], error["where"]) == ("fatal", "TypeError", "front")
    assert error["component"]["kind"] == "must-use" and error["component"]["slug"].startswith("runs-")
    assert error["file"].startswith("wp-content/mu-plugins/") and error["line"] == 1
    assert "must be of type int, string given" in error["message"] and "Private" not in told_everywhere.text()
    assert str(told_everywhere.site.root) not in told_everywhere.text()


def test_what_code_throws_is_withheld(told: Told) -> None:
    visit_running(told.site, "template_redirect", "throw new RuntimeException( 'no order for vera@visitor.example' );")
    assert told.wait_for("php.error")["message"] == "RuntimeException (message withheld)"
    assert "order" not in told.text()


def test_running_out_of_memory_is_told(told: Told) -> None:
    visit_running(
        told.site, "template_redirect", "$all = array(); while ( true ) { $all[] = str_repeat( 'x', 100000 ); }"
    )
    assert told.wait_for("php.error")["message"].startswith("Allowed memory size")


def test_the_same_fatal_error_again_and_again_is_one_event_and_a_count(told: Told) -> None:
    told.site.put_mu_plugin(
        "breaks.php", "<?php add_action( 'template_redirect', function () { no_such_function(); } );"
    )
    for _ in range(4):
        told.site.get("/")
    told.wait_for("php.error")
    told.flush()
    assert [error["count"] for error in told.all("php.error")] == [1]
    told.site.remove_mu_plugin("breaks.php")
    earlier = (
        "$kept = get_option( 'aftercare_php_errors' ); "
        "foreach ( $kept as $k => $v ) { $kept[ $k ]['told'] -= 61; } update_option( 'aftercare_php_errors', $kept );"
    )
    told.site.php_eval(earlier)
    told.beat()
    assert [error["count"] for error in told.all("php.error")] == [1, 3]


def test_warnings_are_counted_only_where_the_site_asked_and_the_handler_before_is_called(told: Told) -> None:
    warns = "trigger_error( 'Private', E_USER_WARNING );"
    visit_running(told.site, "template_redirect", warns)
    kept = "echo json_encode( array_column( get_option( 'aftercare_php_errors', array() ), 'error' ) );"
    assert '"level":"warning"' not in told.site.php_eval(kept)
    told.site.php_eval(r"Aftercare\Options::set( 'count_warnings', true );")
    handler = "set_error_handler( function () { header( 'X-Handler: called' ); return true; } );"
    told.site.put_mu_plugin("handler.php", f"<?php {handler}")
    try:
        answer = visit_running(told.site, "template_redirect", warns * 3)
    finally:
        told.site.php_eval(r"Aftercare\Options::delete( 'count_warnings' );")
    assert answer.headers.get("X-Handler") == "called"
    counted = told.site.php_eval(kept)
    assert '"level":"warning"' in counted and '"count":3' in counted and "Private" not in counted


def test_mail_settings_that_changed_are_told_and_secrets_only_as_changed(told_everywhere: Told) -> None:
    told_everywhere.site.set_mail(smtp_host="relay.elsewhere.example", smtp_password="new-secret-9")
    told_everywhere.flush()
    host = told_everywhere.wait_for("config.changed", what="smtp_mailer_options.smtp_host")
    assert (host["from"], host["to"], host["group"]) == ("relay.aftercare.test", "relay.elsewhere.example", "mail")
    assert (host["secret"], host["by"]) == (False, "cli")
    password = told_everywhere.wait_for("config.changed", what="smtp_mailer_options.smtp_password")
    assert password["secret"] is True and "to" not in password
    assert "new-secret-9" not in told_everywhere.text()


def test_the_sites_address_and_permalinks_are_watched(told: Told) -> None:
    before = told.site.wp("option", "get", "permalink_structure")
    told.site.wp("option", "update", "permalink_structure", "/%year%/%postname%/")
    told.site.wp("option", "update", "permalink_structure", before)
    told.flush()
    changed = told.all("config.changed")
    assert [(event["from"], event["to"]) for event in changed] == [
        (before, "/%year%/%postname%/"),
        ("/%year%/%postname%/", before),
    ]
    assert {event["group"] for event in changed} == {"permalinks"}


def test_a_plugin_that_is_switched_off_and_on_is_told_with_its_version(told_everywhere: Told) -> None:
    site = told_everywhere.site
    told_everywhere.beat()
    told_everywhere.forget()
    site.wp("plugin", "deactivate", "contact-form-stand-in")
    site.wp("plugin", "activate", "contact-form-stand-in")
    told_everywhere.flush()
    changes = told_everywhere.all("plugin.changed")
    assert [change["what"] for change in changes] == ["deactivated", "activated"]
    assert {(change["slug"], change["to"], change["kind"]) for change in changes} == {
        ("contact-form-stand-in", "6.1.6", "plugin")
    }


def test_what_came_by_ftp_is_told_too(told: Told) -> None:
    told.beat()
    told.forget()
    told.site.put_mu_plugin("by-ftp.php", "<?php\n/* Plugin Name: By FTP\nVersion: 1.4 */")
    told.beat()
    told.site.put_mu_plugin("by-ftp.php", "<?php\n/* Plugin Name: By FTP\nVersion: 1.5 */")
    told.beat()
    told.site.remove_mu_plugin("by-ftp.php")
    told.beat()
    changes = [(change["what"], change["from"], change["to"]) for change in told.all("plugin.changed")]
    assert changes == [
        ("activated", "", "1.4"),
        ("updated", "1.4", "1.5"),
        ("deleted", "1.5", ""),
    ]


def test_a_constant_of_the_mailer_that_changed_is_told_without_its_value(told: Told) -> None:
    told.beat()
    told.forget()
    told.site.define("WPMS_SMTP_PASS", "new-secret-9")
    told.site.define("WPMS_SMTP_HOST", "relay.elsewhere.example")
    try:
        told.beat()
    finally:
        told.site.undefine("WPMS_SMTP_PASS")
        told.site.undefine("WPMS_SMTP_HOST")
    changed = {event["what"]: event for event in told.all("config.changed")}
    assert changed["WPMS_SMTP_HOST"]["to"] == "relay.elsewhere.example"
    assert changed["WPMS_SMTP_PASS"]["secret"] is True and "new-secret-9" not in told.text()


_SWALLOWS = """<?php
add_filter( 'pre_wp_mail', 'stays_here' );
function stays_here() {
	return true;
}
"""
_OWNS = """<?php
/* Plugin Name: {name} */
if ( ! function_exists( 'wp_mail' ) ) {{
	function wp_mail( $to, $subject, $message ) {{
		return mail( $to, $subject, $message );
	}}
}}
"""


def test_a_must_use_plugin_that_swallows_mail_is_told_by_the_heartbeat(told_everywhere: Told) -> None:
    site = told_everywhere.site
    told_everywhere.beat()
    told_everywhere.forget()
    site.put_mu_plugin("stays-here.php", _SWALLOWS)
    told_everywhere.beat()
    site.remove_mu_plugin("stays-here.php")
    told_everywhere.beat()
    told_everywhere.beat()
    changed = [(event["from"], event["to"], event["group"]) for event in told_everywhere.all("config.changed")]
    mode = "disabled (stays-here: pre_wp_mail: stays_here)"
    assert changed == [("normal", mode, "mail"), (mode, "normal", "mail")]


def test_who_owns_wp_mail_and_whose_is_not_used_is_told_once_each_time_it_changes(told: Told) -> None:
    told.beat()
    told.forget()
    names = ("parcel-mailer", "pigeon-mailer")
    for name in names:
        told.site.put(f"plugins/{name}/{name}.php", _OWNS.format(name=name))
    try:
        told.site.wp("plugin", "activate", *names)
        told.beat()
        told.beat()
    finally:
        told.site.wp("plugin", "deactivate", *names)
        told.site.wp("plugin", "delete", *names)
    told.beat()
    changed = [(event["what"], event["from"], event["to"]) for event in told.all("config.changed")]
    assert sorted(changed[:2]) == [
        ("wp_mail not used", "", "pigeon-mailer"),
        ("wp_mail owner", "core", "parcel-mailer"),
    ]
    assert sorted(changed[2:]) == [
        ("wp_mail not used", "pigeon-mailer", ""),
        ("wp_mail owner", "parcel-mailer", "core"),
    ]


def test_a_mail_plugin_that_is_told_not_to_send_is_another_mode(told: Told) -> None:
    told.beat()
    told.forget()
    told.site.put("plugins/disable-emails/disable-emails.php", "<?php\n/* Plugin Name: Disable Emails */")
    try:
        told.site.wp("plugin", "activate", "disable-emails")
        told.beat()
        assert told.wait_for("config.changed", what="mail mode")["to"].startswith("disabled (disable-emails")
    finally:
        told.site.wp("plugin", "deactivate", "disable-emails")
        told.site.wp("plugin", "delete", "disable-emails")


def test_a_heartbeat_that_was_lost_comes_back_with_the_next_event(told: Told) -> None:
    """Two requests that write WordPress's cron list at the same time can lose an event of it for ever."""
    told.site.wp("cron", "event", "delete", "aftercare_heartbeat")
    assert "aftercare_heartbeat" not in told.site.wp("cron", "event", "list", "--field=hook")
    told.site.write_to_us("is the heart still beating?")
    poll(lambda: "aftercare_heartbeat" in told.site.wp("cron", "event", "list", "--field=hook"), 20.0, "it is gone")


def test_cron_that_does_not_keep_its_times_is_told_once(told: Told) -> None:
    """In one request: else a visit would wake cron, and it would catch up."""
    said = told.site.php_eval(
        r"""
        $count = function () {
            global $wpdb;
            Aftercare\Outbox::write();
            return $wpdb->get_var( "SELECT COUNT(*) FROM {$wpdb->prefix}aftercare_outbox WHERE type = 'cron.late'" );
        };
        wp_schedule_single_event( time() - 9000, 'aftercare_test_late' );
        Aftercare\Cron_Watch::look();
        echo $count(), ' ';
        $seen = get_option( 'aftercare_cron_late' );
        $seen['first'] -= 100;
        update_option( 'aftercare_cron_late', $seen );
        Aftercare\Cron_Watch::look();
        Aftercare\Cron_Watch::look();
        echo $count(), ' ';
        wp_clear_scheduled_hook( 'aftercare_test_late' );
        Aftercare\Cron_Watch::look();
        echo var_export( get_option( 'aftercare_cron_late' ) );
        """
    )
    assert said == "0 1 false"  # it may still catch up; told once; forgotten
    told.flush()
    late = told.wait_for("cron.late")
    assert late["late_s"] >= 9000 and isinstance(late["disabled"], bool)


@pytest.mark.parametrize("path", ["/", "/contact/"])
def test_a_page_where_nothing_happens_costs_no_query_and_writes_nothing(told_everywhere: Told, path: str) -> None:
    site = told_everywhere.site
    site.put_mu_plugin("counts-queries.php", COUNTS_QUERIES)
    counted = site.content / "queries.txt"

    def once() -> tuple[int, int]:
        counted.unlink(missing_ok=True)
        site.get(path)
        queries, writes = str(poll(lambda: counted.exists() and counted.read_text(), 5, "no count was written")).split()
        return int(queries), int(writes)

    def cost() -> tuple[int, int]:
        return min(once() for _ in range(4))  # some visits wake cron, or look up what is looked up once

    with_us = cost()
    site.wp("plugin", "deactivate", "aftercare")
    try:
        without_us = cost()
    finally:
        site.wp("plugin", "activate", "aftercare")
    assert with_us == without_us and with_us[1] == 0


def test_a_fault_of_ours_never_reaches_the_visitor(told: Told) -> None:
    """The table is gone, the state is nonsense: the page and the mail work all the same."""
    breaks = (
        'global $wpdb; $wpdb->query( "DROP TABLE {$wpdb->prefix}aftercare_mails" ); '
        '$wpdb->query( "DROP TABLE {$wpdb->prefix}aftercare_outbox" ); '
        "update_option( 'aftercare_sender', 'nonsense' );"
    )
    told.site.php_eval(breaks)
    assert told.site.write_to_us("works all the same") == "Thank you for your message. It has been sent."
    told.site.world.sink.wait_for("works all the same")
    told.flush()
    assert told.wait_for("form.submitted")["status"] == "mail_sent"  # the tables were made again


def test_nothing_of_ours_complained_on_any_path(every_site: LabSite) -> None:
    lines = every_site.debug_log().splitlines()
    assert [line for line in lines if "plugins/aftercare/" in line or "Aftercare:" in line] == []
