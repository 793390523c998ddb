/* Aftercare: tells that a form's page broke, never what is typed. */
((w, d, s) => {
	let left = 3, refused = 0, wait = 0, form, at = w.location, hear = Math.random() < .25;
	if (!s || !navigator.sendBeacon) return;
	let tell = what => {
		what.p = at.pathname;
		what.f = [];
		for (let e = form; e; e = e.parentElement) e.id && what.f.length < 4 && what.f.push(`${e.id}`.slice(0, 60));
		left-- > 0 && navigator.sendBeacon(s.dataset.to, JSON.stringify(what));
	};
	let wrong = () => form.querySelector('[aria-invalid=true]' + (form.noValidate ? '' : ',:invalid'));
	let words = () => (form.isConnected ? form.parentElement : d.body).innerText;
	d.addEventListener('click', e => {
		let b = e.target.closest('button,[type=submit]');
		if (wait || !b || !b.form || b.type != 'submit') return;
		form = b.form;
		let before = words();
		wait = setTimeout(() => {
			wait = wrong() ? void refused++ : setTimeout(() => {
				wait = 0;
				words() == before && !wrong() && tell({ k: 's' });
			}, 12e3);
		}, 3e3);
	}, true);
	w.addEventListener('pagehide', () => {
		!wait && refused > 2 && wrong() && tell({ k: 'r', n: refused });
		clearTimeout(wait);
	});
	w.addEventListener('error', e => {
		if (!hear || !e.filename) return;
		let h = 0, u = new URL(e.filename);
		for (let c of e.message) h = h * 31 + c.charCodeAt() | 0;
		tell({ k: 'e', c: (e.error || '').name, h, u: (u.host == at.host ? '' : u.host) + u.pathname, l: e.lineno });
	});
})(window, document, document.currentScript);
