<?php
/**
 * An adapter that can say which forms its plugin has: fields, notifications, captchas, and what else runs on an entry.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

namespace Aftercare;

defined( 'ABSPATH' ) || exit; // Asked for directly, it would only break.

interface Lists_Forms extends Adapter {

	/**
	 * The forms, each as docs/protocol.md has it for `forms.list`; what is left out, Forms fills in.
	 *
	 * `form` and `title`; `on`, whether it takes entries; `keeps`, whether entries go into the database (null: not known);
	 * `by`: rest, ajax or page; `fields`; `notifications`, their `to`, `to_field`, `from`, `from_field` by Form_Address;
	 * `captcha`; `does`, each with `what`, `name`, and `held`: whether a test entry does not reach it; `not_tried` only where
	 * the plugin itself forbids it (`checkout`, `payment`). Beside these:
	 *
	 * `marks`: fragments by which a post's content shows this form, `%` for anything inside the same tag:
	 * `[contact-form-7 %id="5"`, `<!-- wp:fluentfom/guten %"formId":"5"`. Nothing of a longer word: `id=5` is not `id=55`.
	 *
	 * `pages`: addresses that are known without looking at posts (a log-in page, a page builder's own table).
	 *
	 * @return array<int, array<string, mixed>>
	 */
	public function forms(): array;
}
