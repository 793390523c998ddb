<?php
/**
 * The modules, each with where it is loaded: a visitor's page loads those that say `everywhere`, and no other.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

return array(
	'Aftercare\Install'                => 'everywhere',
	'Aftercare\Php_Errors'             => 'everywhere',
	'Aftercare\Mail_Watch'             => 'everywhere',
	'Aftercare\Mail_Plugin_Words'      => 'everywhere',
	'Aftercare\Form_Watch'             => 'everywhere',
	'Aftercare\Form_Canary'            => 'cron',
	'Aftercare\Beacon'                 => 'beacon',
	'Aftercare\Changes'                => 'everywhere',
	'Aftercare\Heartbeat'              => 'everywhere',
	'Aftercare\Rest'                   => 'everywhere',
	'Aftercare\Xmlrpc'                 => 'everywhere',
	'Aftercare\Network'                => 'everywhere',
	'Aftercare\Overview'               => 'cron',
	'Aftercare\CLI\Command'            => 'cli',
	'Aftercare\Admin\Screen'           => 'admin',
	'Aftercare\Admin\Actions'          => 'admin',
	'Aftercare\Admin\Forms_Screen'     => 'admin',
	'Aftercare\Admin\Log_In'           => 'admin',
	'Aftercare\Admin\Live'             => 'admin',
	'Aftercare\Admin\Moved_Notice'     => 'admin',
	'Aftercare\Admin\Dashboard_Widget' => 'admin',
	'Aftercare\Admin\Site_Health'      => 'admin',
	'Aftercare\Admin\Privacy'          => 'admin',
	'Aftercare\Admin\Kept_View'        => 'admin',
	'Aftercare\Admin\Kept_Privacy'     => 'admin',
);
