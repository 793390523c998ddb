<?php
/**
 * All that this site forwards, word for word: every event, field by field, and what the sidecar may ask.
 *
 * A test compares this list with the events that the plugin can send and the commands that it knows.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare\Admin;

final class Forwarded {

	/**
	 * Event → what it says.
	 *
	 * @return array<string, string>
	 */
	public static function events(): array {
		$mail = __( 'its number, its kind (form, password reset, …), the form’s plugin and number, the plugin that sent it, the mail server’s name, port and encryption, the mail plugin in charge, the sender’s domain, for each recipient the domain and a hash, how long it took, how large it was', 'aftercare' );
		return array(
			/* translators: %s: list of fields. */
			'mail.sent'      => sprintf( __( 'A mail was handed over: %s.', 'aftercare' ), $mail ),
			/* translators: %s: list of fields. */
			'mail.failed'    => sprintf( __( 'A mail failed: %s; the mailer’s error text and the conversation with the mail server, without log-in and without the mail’s text.', 'aftercare' ), $mail ),
			'mail.hung'      => __( 'A mail began and never ended: its number and kind, when it began, the mail server’s name, port and encryption, the mail plugin in charge, the last line of the conversation.', 'aftercare' ),
			'form.submitted' => __( 'A form was sent: its plugin, number and title, its outcome, whether the site kept the entry and under which number, the numbers of the mails it caused.', 'aftercare' ),
			'form.rejected'  => __( 'A form was refused: its plugin, number and title, the names of the fields that were wrong.', 'aftercare' ),
			'form.failed'    => __( 'A form was sent and its mail failed: its plugin, number and title, its outcome, whether the site kept the entry and under which number, whether it is kept on the Forms screen, the numbers of the mails.', 'aftercare' ),
			'form.spam'      => __( 'A form was taken for spam: its plugin, number and title, which filter said so, whether the site kept the entry and under which number.', 'aftercare' ),
			'form.lost'      => __( 'A form was posted and no outcome came: its plugin, number and title where they are known, whether it is kept on the Forms screen.', 'aftercare' ),
			'form.stalled'   => __( 'Where you switched it on, from visitors’ browsers: submit was pressed and nothing followed for 15 seconds: the form’s plugin and number, the page’s address without its query.', 'aftercare' ),
			'form.struggled' => __( 'Where you switched it on, from visitors’ browsers: a form refused a visitor three times or more, who then left: the form’s plugin and number, the page’s address without its query, how often.', 'aftercare' ),
			'js.error'       => __( 'Where you switched it on, from visitors’ browsers, of every fourth page view: a script broke: the kind of error, a number made of its message, the script’s address without its query and line, the plugin or theme it lies in, the page’s address without its query. No cookie, no address of the visitor.', 'aftercare' ),
			'php.error'      => __( 'PHP broke off: the kind of error, the plugin, theme or part of WordPress it lies in with its version, file and line, how often, the message reduced to types and names, and whether on a page, in wp-admin, in cron or in REST. Warnings only as counts, and only where you ask for it below.', 'aftercare' ),
			'config.changed' => __( 'A mail setting, the site’s address or the permalinks changed: the setting’s name, its old and new value (for passwords and keys only that it changed), and whether a user, a schedule or the command line did it.', 'aftercare' ),
			'plugin.changed' => __( 'A plugin, theme or WordPress was activated, deactivated, updated, switched or deleted: its name, the versions before and after, whether automatically.', 'aftercare' ),
			'cron.late'      => __( 'Scheduled work is late: since when, and whether scheduling is switched off.', 'aftercare' ),
		);
	}

	/**
	 * Command → what it tells the sidecar.
	 *
	 * @return array<string, string>
	 */
	public static function commands(): array {
		return array(
			'snapshot'     => __( 'Versions of WordPress, PHP, plugins and theme, the site’s addresses, PHP’s limits, free disk space, whether scheduled work runs, and the mail settings in force: the mail server’s name and port, encryption, whether a user name and a password are set, the domains of user name and sender, and which plugin set each. Never a password.', 'aftercare' ),
			'mail.test'    => __( 'Sends one test mail to a mailbox of the people who look after your site, and tells how far it got, with the conversation with the mail server.', 'aftercare' ),
			'mail.probe'   => __( 'Tries to connect to your mail server and to one server of the sidecar’s, and tells which ports answer, with which greeting and certificate.', 'aftercare' ),
			'mail.history' => __( 'How many mails were handed over, failed or never ended, by day and hour, and the last error text.', 'aftercare' ),
			'forms.list'   => __( 'Every form: its plugin, number, title and pages, its fields’ names, labels, kinds and which are required, of each of its mails whether it is on and the domains and hashes of recipient and sender, its captchas, what else runs on an entry, and what you wish for tests.', 'aftercare' ),
			'form.arm'     => __( 'Announces one test entry of a form, so that it is known when it comes, held back from everything else, and taken away again.', 'aftercare' ),
			'form.canary'  => __( 'What became of that test entry: its outcome as for a visitor’s, its mails with the recipients’ domains, whether it was kept and taken away again, which filter refused it.', 'aftercare' ),
			'form.entry'   => __( 'What became of one kept entry: whether it is there, whether it was taken for spam, and the outcome of its mails. Nothing of what stands in it.', 'aftercare' ),
			'conflict.begin' => __( 'Only where you allow it: readies the search for a plugin that breaks a form. Tells which plugins may be left out for the search’s own requests; visitors notice nothing.', 'aftercare' ),
			'conflict.end'   => __( 'Ends that search, and takes its file away.', 'aftercare' ),
			'rotate'       => __( 'Makes a new secret between this site and the sidecar.', 'aftercare' ),
			'unpair'       => __( 'Ends the pairing.', 'aftercare' ),
		);
	}

	/** The section. */
	public static function show(): void {
		echo '<section class="aftercare-panel"><details><summary><h2>' . esc_html__( 'All that is forwarded, word for word', 'aftercare' ) . '</h2></summary>';
		echo '<p>' . esc_html__( 'Never what visitors typed, never the text of a mail, never a password or key by itself. Every address, also inside error texts, is replaced by its domain and a hash that only this site can make. Nothing is sent before you pair this site, and nothing to anybody but the sidecar you paired it with.', 'aftercare' ) . '</p>';
		self::terms( __( 'When it happens', 'aftercare' ), self::events() );
		self::terms( __( 'When the sidecar asks', 'aftercare' ), self::commands() );
		echo '<h3>' . esc_html__( 'Once a minute', 'aftercare' ) . '</h3><p>';
		echo esc_html__( 'The plugin’s version, the site’s address and clock, how many events wait or were dropped, how many PHP warnings were counted, when scheduled work last ran, and whether this screen is open. Where you let visitors’ browsers tell, once an hour: how often each form was shown and its button pressed, estimated from every fourth visit, by the form’s plugin and number or the page’s address without its query.', 'aftercare' ) . '</p>';
		echo '<h3>' . esc_html__( 'When you press a button here', 'aftercare' ) . '</h3><p>';
		echo esc_html__( 'Which diagnosis you start and your display name; the error text that you paste into the box. Only where you ask for a log-in to be tried: user name and password at your mail server, encrypted for the sidecar alone, tried once and dropped.', 'aftercare' ) . '</p>';
		echo '</details></section>';
	}

	/**
	 * A list of terms.
	 *
	 * @param string                $title Above it.
	 * @param array<string, string> $terms Name → words.
	 */
	private static function terms( string $title, array $terms ): void {
		echo '<h3>' . esc_html( $title ) . '</h3><dl>';
		foreach ( $terms as $name => $words ) {
			echo '<dt><code>' . esc_html( $name ) . '</code></dt><dd>' . esc_html( $words ) . '</dd>';
		}
		echo '</dl>';
	}
}
