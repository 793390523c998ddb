// The open page: watches a run as it goes, and copies what is to be copied. Without this file the page comes again by itself.

const panel = document.querySelector( '[data-aftercare-run]' );

/** Asks our own site; the nonce and the run stand in the page. */
async function ask( action, fields = {} ) {
	const body = new URLSearchParams( { action, _ajax_nonce: panel.dataset.nonce, ...fields } );
	const answer = await fetch( panel.dataset.ajax, { method: 'POST', body, credentials: 'same-origin' } );
	return answer.json();
}

/** Puts the new view in place; what was folded out stays so, and the focus stays where it was. */
function show( html ) {
	const body = panel.querySelector( '[data-aftercare-body]' );
	if ( body.dataset.shown === html ) {
		return;
	}
	const open = [ ...body.querySelectorAll( 'details[open]' ) ].map( ( each ) => each.id );
	const focused = body.contains( document.activeElement ) ? document.activeElement.closest( 'details' )?.id : null;
	body.innerHTML = html;
	body.dataset.shown = html;
	open.forEach( ( id ) => document.getElementById( id )?.setAttribute( 'open', '' ) );
	if ( focused ) {
		document.getElementById( focused )?.querySelector( 'summary' )?.focus();
	}
	offerCopies( body );
}

/** The live line: only what changed is written, so that it is read out once. */
function say( text ) {
	const line = panel.querySelector( '.aftercare-status' );
	if ( line.textContent !== text ) {
		line.textContent = text;
	}
}

async function watch() {
	let carrying = false;
	for ( ;; ) {
		let wait = 3;
		try {
			const view = await ask( 'aftercare_look', { run: panel.dataset.aftercareRun } );
			wait = view.wait_s ?? 3;
			say( view.error ?? view.status );
			if ( view.html ) {
				show( view.html );
			}
			if ( view.ended ) {
				return;
			}
			if ( view.waits && ! carrying ) {
				carrying = true; // The site fetches what waits for it; the view goes on meanwhile.
				ask( 'aftercare_carry' ).catch( () => {} ).finally( () => { carrying = false; } );
			}
		} catch {
			say( panel.dataset.lost );
		}
		await new Promise( ( done ) => { setTimeout( done, wait * 1000 ); } );
	}
}

/** Copy buttons work only with a script: it shows them. */
function offerCopies( within ) {
	within.querySelectorAll( '[data-aftercare-copy]' ).forEach( ( button ) => { button.hidden = false; } );
}

document.addEventListener( 'click', async ( event ) => {
	const button = event.target.closest( '[data-aftercare-copy]' );
	if ( ! button ) {
		return;
	}
	const text = button.parentElement.querySelector( 'pre' );
	try {
		await navigator.clipboard.writeText( text.textContent );
	} catch { // Not a secure context: mark it, so that Ctrl+C does it.
		const range = document.createRange();
		range.selectNodeContents( text );
		getSelection().removeAllRanges();
		getSelection().addRange( range );
		if ( ! document.execCommand( 'copy' ) ) {
			return;
		}
	}
	button.classList.add( 'aftercare-copied' );
	button.textContent = button.dataset.copied;
} );

offerCopies( document );
if ( panel ) {
	watch();
}
