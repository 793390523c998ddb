<?php
/**
 * An adapter knows one form plugin: what it posts, and what its hooks say about the outcome.
 *
 * An adapter lies in adapters/class-….php and is found by being there. Its constants: `PLUGIN`, the plugin's slug;
 * `VERIFIED`, the newest version that it was tried with, and `VERIFIED_ON`, whether that was the `plugin` itself or only
 * its documented `hooks`; `HOOKS`, hook → method or array( method, priority ). Such a method gets what the hook gives and
 * returns an Event, or null; what a filter gave is handed on unchanged. They are taken where the plugin is here.
 *
 * The form watch adds to each event what the adapter left out: plugin, form, title, and the mails of the request.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

interface Adapter {

	/** The version of the plugin that is here; nothing when it is not here. */
	public function version(): string;

	/**
	 * The form that this POST request carries, by id and title; null when it carries none of this plugin's.
	 *
	 * A form told here that reaches no outcome (no `form.*` event of the adapter) is reported as `form.lost`.
	 *
	 * @param string               $path The request's path, or its REST route.
	 * @param array<string, mixed> $post What was posted: look at names, never keep values.
	 * @return array{form: string, title: string}|null
	 */
	public function posted( string $path, array $post ): ?array;
}
