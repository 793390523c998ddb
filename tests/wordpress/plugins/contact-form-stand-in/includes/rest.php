<?php
/**
 * The REST route that a visitor's browser posts a form to.
 *
 * @package Aftercare
 */

declare( strict_types = 1 );

add_action(
	'rest_api_init',
	static function () {
		register_rest_route(
			'contact-form-7/v1',
			'/contact-forms/(?P<id>\d+)/feedback',
			array(
				'methods'             => WP_REST_Server::CREATABLE,
				'permission_callback' => '__return_true', // A visitor's form.
				'callback'            => 'wpcf7_stand_in_feedback',
			)
		);
	}
);

/**
 * Take a form by REST.
 *
 * @return WP_REST_Response|WP_Error
 */
function wpcf7_stand_in_feedback( WP_REST_Request $request ) {
	if ( 0 !== strpos( (string) $request->get_header( 'content-type' ), 'multipart/form-data' ) ) {
		return new WP_Error( 'wpcf7_unsupported_media_type', 'The request payload format is not supported.', array( 'status' => 415 ) );
	}
	$form = wpcf7_contact_form( (int) $request['id'] );
	if ( ! $form ) {
		return new WP_Error( 'wpcf7_not_found', 'The requested contact form was not found.', array( 'status' => 404 ) );
	}
	$unit_tag = preg_replace( '/[^A-Za-z0-9_-]/', '', (string) $request->get_param( '_wpcf7_unit_tag' ) );
	if ( '' === $unit_tag ) {
		return new WP_Error( 'wpcf7_unit_tag_not_found', 'There is no valid unit tag.', array( 'status' => 400 ) );
	}
	$result   = $form->submit();
	$response = array_merge(
		$result,
		array(
			'into'           => "#$unit_tag",
			'invalid_fields' => array(),
		)
	);
	foreach ( (array) ( $result['invalid_fields'] ?? array() ) as $name => $field ) {
		$response['invalid_fields'][] = array(
			'field'    => $name,
			'message'  => $field['reason'],
			'idref'    => $field['idref'],
			'error_id' => "$unit_tag-ve-$name",
		);
	}
	return rest_ensure_response( apply_filters( 'wpcf7_feedback_response', $response, $result ) );
}
