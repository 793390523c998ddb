<?php
/**
 * The few functions of WordPress that the tested classes call: options in memory, and a $wpdb on SQLite in memory.
 */

declare( strict_types = 1 );

define( 'ABSPATH', '/srv/site/' );
define( 'WPINC', 'wp-includes' );
define( 'WP_CONTENT_DIR', '/srv/site/wp-content' );
define( 'WP_PLUGIN_DIR', '/srv/site/wp-content/plugins' );
define( 'WPMU_PLUGIN_DIR', '/srv/site/wp-content/mu-plugins' );
define( 'ARRAY_A', 'ARRAY_A' );
define( 'AFTERCARE_VERSION', '0.1.0' );
define( 'AFTERCARE_FILE', dirname( __DIR__ ) . '/aftercare/aftercare.php' );
define( 'AFTERCARE_DIR', dirname( __DIR__ ) . '/aftercare' );

$GLOBALS['options'] = array();

function get_option( string $name, $fallback = false ) {
	return array_key_exists( $name, $GLOBALS['options'] ) ? $GLOBALS['options'][ $name ] : $fallback;
}

function update_option( string $name, $value, $autoload = null ): bool {
	$GLOBALS['options'][ $name ] = $value;
	return true;
}

function delete_option( string $name ): bool {
	unset( $GLOBALS['options'][ $name ] );
	return true;
}

function wp_json_encode( $value ) {
	return json_encode( $value );
}

function wp_parse_url( string $url, int $part = -1 ) {
	return parse_url( $url, $part );
}

function wp_unslash( $value ) {
	return $value;
}

function __( string $text, string $domain = 'default' ): string {
	return $text;
}

function add_filter( string $hook, callable $callback, int $priority = 10, int $accepted = 1 ): bool {
	$GLOBALS['filters'][ $hook ][ $priority ][] = $callback;
	return true;
}

function remove_all_filters( string $hook ): bool {
	unset( $GLOBALS['filters'][ $hook ] );
	return true;
}

/** As much of $wpdb as our tables need. */
final class Wpdb_On_Sqlite {
	public $prefix     = 'wp_';
	public $options    = 'wp_options';
	public $last_error = '';
	public $insert_id  = 0;

	/** @var PDO */
	private $pdo;

	public function __construct() {
		$this->pdo = new PDO( 'sqlite::memory:' );
		$this->pdo->setAttribute( PDO::ATTR_ERRMODE, PDO::ERRMODE_EXCEPTION );
		$this->pdo->exec( 'CREATE TABLE wp_aftercare_outbox (seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE, type TEXT, weight INTEGER, occurred_at TEXT, data TEXT)' );
		$this->pdo->exec( "CREATE TABLE wp_aftercare_mails (seq INTEGER PRIMARY KEY AUTOINCREMENT, mail TEXT UNIQUE, began_at INTEGER, ended_at INTEGER DEFAULT 0, outcome TEXT DEFAULT '', entry TEXT DEFAULT '', facts TEXT)" );
		$this->pdo->exec( "CREATE TABLE wp_aftercare_canaries (token TEXT PRIMARY KEY, plugin TEXT, form TEXT, armed_at INTEGER, expires_at INTEGER, spent_at INTEGER DEFAULT 0, ended_at INTEGER DEFAULT 0, entry TEXT DEFAULT '', forgotten INTEGER DEFAULT 0, facts TEXT)" );
		$this->pdo->exec( 'CREATE TABLE wp_aftercare_commands (id TEXT PRIMARY KEY, name TEXT, state TEXT, result TEXT, error TEXT, started_at INTEGER, ended_at INTEGER DEFAULT 0)' );
	}

	public function prepare( string $sql, ...$values ): string {
		$values = 1 === count( $values ) && is_array( $values[0] ) ? $values[0] : $values;
		return (string) preg_replace_callback(
			'/%([sd%])/',
			function ( array $found ) use ( &$values ): string {
				if ( '%' === $found[1] ) {
					return '%';
				}
				$value = array_shift( $values );
				return 'd' === $found[1] ? (string) (int) $value : $this->pdo->quote( (string) $value );
			},
			$sql
		);
	}

	public function query( string $sql ) {
		$done            = $this->pdo->exec( str_replace( 'INSERT IGNORE', 'INSERT OR IGNORE', $sql ) );
		$this->insert_id = (int) $this->pdo->lastInsertId();
		return $done;
	}

	public function get_results( string $sql, string $shape ): array {
		return $this->pdo->query( $sql )->fetchAll( PDO::FETCH_ASSOC );
	}

	public function suppress_errors( bool $on = true ): bool {
		return $on;
	}
}

/** A site that is paired and at home, with empty tables. */
function fresh_site(): void {
	$GLOBALS['options'] = array(
		'home'      => 'https://shop.example',
		'aftercare' => array(
			'hash_key' => str_repeat( 'k', 64 ),
			'pairing'  => array(
				'site'    => 'site_1',
				'sidecar' => 'https://sidecar.example',
				'home'    => 'https://shop.example',
			),
		),
	);
	$GLOBALS['filters'] = array();
	$GLOBALS['wpdb']    = new Wpdb_On_Sqlite();
}
