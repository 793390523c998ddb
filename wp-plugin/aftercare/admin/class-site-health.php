<?php
/**
 * Site Health: paired? does the sidecar take our events? does mail work? is the heartbeat on time? And our part of the debug information.
 *
 * None of the tests asks the sidecar: they read what the site knows, so the page stays quick.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare\Admin;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

use Aftercare\Heartbeat;
use Aftercare\Mail_Owner;
use Aftercare\Module;
use Aftercare\Outbox;
use Aftercare\Pairing;
use Aftercare\Sender;
use Aftercare\Trouble;

final class Site_Health implements Module {

	/** @inheritDoc */
	public static function hooks(): array {
		return array(
			array( 'site_status_tests', 'tests', 10, 1, 'everywhere' ),
			array( 'debug_information', 'information', 10, 1, 'everywhere' ),
		);
	}

	/**
	 * Adds ours.
	 *
	 * @param mixed $tests There already.
	 * @return mixed
	 */
	public static function tests( $tests ) {
		if ( ! is_array( $tests ) ) {
			return $tests;
		}
		$ours = array(
			'paired'    => __( 'Aftercare is paired', 'aftercare' ),
			'sending'   => __( 'Aftercare delivers its reports', 'aftercare' ),
			'mail'      => __( 'Mail is handed over', 'aftercare' ),
			'heartbeat' => __( 'Aftercare’s heartbeat is on time', 'aftercare' ),
		);
		foreach ( $ours as $name => $label ) {
			$tests['direct'][ "aftercare_$name" ] = array(
				'label' => $label,
				'test'  => array( self::class, $name ),
			);
		}
		return $tests;
	}

	/**
	 * Paired?
	 *
	 * @return array<string, mixed>
	 */
	public static function paired(): array {
		if ( ! Pairing::paired() ) {
			return self::result( 'paired', 'recommended', __( 'Aftercare is not paired', 'aftercare' ), __( 'Nobody is told when mail or a form breaks. Ask the people who look after your site for a pairing code and paste it on the Aftercare screen.', 'aftercare' ) );
		}
		if ( ! Pairing::at_home() ) {
			return self::result( 'paired', 'recommended', __( 'Aftercare waits for an answer', 'aftercare' ), __( 'This site is at another address than when it was paired. Say on the Aftercare screen whether it moved or is a copy.', 'aftercare' ) );
		}
		return self::result( 'paired', 'good', __( 'Aftercare is paired', 'aftercare' ), __( 'What breaks is reported to the people who look after this site.', 'aftercare' ) );
	}

	/**
	 * Are reports delivered?
	 *
	 * @return array<string, mixed>
	 */
	public static function sending(): array {
		if ( Trouble::sending() ) {
			/* translators: %d: number of events. */
			$words = sprintf( __( '%d events wait. The sidecar did not take them at the last attempts: it may be down, or outgoing connections may be blocked on this host. They are kept and tried again.', 'aftercare' ), Outbox::size() );
			return self::result( 'sending', 'recommended', __( 'Aftercare cannot deliver its reports', 'aftercare' ), $words );
		}
		return self::result( 'sending', 'good', __( 'Aftercare delivers its reports', 'aftercare' ), __( 'Nothing is stuck.', 'aftercare' ) );
	}

	/**
	 * Does mail work?
	 *
	 * @return array<string, mixed>
	 */
	public static function mail(): array {
		$trouble = Trouble::mail();
		if ( $trouble ) {
			/* translators: %s: what the mailer said. */
			$words = sprintf( __( 'No mail was handed over since then. The mailer says: %s', 'aftercare' ), $trouble['error'] );
			/* translators: %s: date and time. */
			$label = sprintf( __( 'Mail fails since %s', 'aftercare' ), wp_strip_all_tags( Words::time( $trouble['at'] ) ) );
			return self::result( 'mail', 'critical', $label, $words );
		}
		if ( ! Trouble::mailed() ) {
			return self::result( 'mail', 'good', __( 'No mail failed', 'aftercare' ), __( 'This site sent no mail in the last 30 days. Diagnose sends a test mail.', 'aftercare' ) );
		}
		return self::result( 'mail', 'good', __( 'Mail is handed over', 'aftercare' ), __( 'The last mail that this site sent was accepted by its mailer. Whether it arrived is for the recipient’s server to say.', 'aftercare' ) );
	}

	/**
	 * Is the heartbeat on time?
	 *
	 * @return array<string, mixed>
	 */
	public static function heartbeat(): array {
		$late = Trouble::heartbeat_late_s();
		if ( $late ) {
			/* translators: %s: a duration. */
			$words = sprintf( __( 'It did not run for %s. It hangs on WordPress’s cron: on a quiet site, or where DISABLE_WP_CRON is set, let the server call wp-cron.php every minute.', 'aftercare' ), human_time_diff( time() - $late ) );
			return self::result( 'heartbeat', 'recommended', __( 'Aftercare’s heartbeat is late', 'aftercare' ), $words );
		}
		return self::result( 'heartbeat', 'good', __( 'Aftercare’s heartbeat is on time', 'aftercare' ), __( 'Scheduled work runs on this site.', 'aftercare' ) );
	}

	/**
	 * Our part of Site Health → Info. No address, no secret.
	 *
	 * @param mixed $info There already.
	 * @return mixed
	 */
	public static function information( $info ) {
		if ( ! is_array( $info ) ) {
			return $info;
		}
		$fields = array(
			'version'   => array( __( 'Version', 'aftercare' ), AFTERCARE_VERSION ),
			'paired'    => array( __( 'Paired', 'aftercare' ), Pairing::paired() ? __( 'yes', 'aftercare' ) : __( 'no', 'aftercare' ) ),
			'sidecar'   => array( __( 'Sidecar', 'aftercare' ), Pairing::sidecar() ),
			'site'      => array( __( 'Site id', 'aftercare' ), Pairing::site_id() ),
			'at_home'   => array( __( 'At the address it was paired at', 'aftercare' ), Pairing::at_home() ? __( 'yes', 'aftercare' ) : __( 'no', 'aftercare' ) ),
			'waiting'   => array( __( 'Events waiting', 'aftercare' ), (string) Outbox::size() ),
			'fails'     => array( __( 'Failed attempts in a row', 'aftercare' ), (string) Sender::state()['fails'] ),
			'last_beat' => array( __( 'Last heartbeat', 'aftercare' ), Heartbeat::last() ? gmdate( 'c', Heartbeat::last() ) : '–' ),
			'offset'    => array( __( 'Sidecar’s clock minus ours, seconds', 'aftercare' ), (string) Pairing::offset_s() ),
			'wp_mail'   => array( __( 'Who owns wp_mail()', 'aftercare' ), Mail_Owner::current()['file'] ),
		);
		$info['aftercare'] = array(
			'label'  => __( 'Aftercare', 'aftercare' ),
			'fields' => array(),
		);
		foreach ( $fields as $name => list( $label, $value ) ) {
			$info['aftercare']['fields'][ $name ] = array(
				'label' => $label,
				'value' => $value,
			);
		}
		return $info;
	}

	/**
	 * As Site Health wants it.
	 *
	 * @param string $name   Of the test.
	 * @param string $status good, recommended or critical.
	 * @param string $label  One line.
	 * @param string $words  What it means and what to do.
	 * @return array<string, mixed>
	 */
	private static function result( string $name, string $status, string $label, string $words ): array {
		return array(
			'label'       => $label,
			'status'      => $status,
			'badge'       => array(
				'label' => __( 'Aftercare', 'aftercare' ),
				'color' => 'blue',
			),
			'description' => '<p>' . esc_html( $words ) . '</p>',
			'actions'     => 'good' === $status ? '' : '<p><a href="' . esc_url( Screen::url() ) . '">' . esc_html__( 'Open Aftercare', 'aftercare' ) . '</a></p>',
			'test'        => "aftercare_$name",
		);
	}
}
