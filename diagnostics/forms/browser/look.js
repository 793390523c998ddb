/*
 * What the browser's process asks a page: which forms there are, what their fields are, what a visitor reads now.
 * Evaluated as one expression in each frame; it looks through open shadow roots, changes nothing by itself, and
 * bounds what it hands back. The page may lie to it, about itself.
 */
(() => {
	const MOST_FORMS = 2000, MOST_CONTROLS = 150, MOST_OPTIONS = 60, MOST_TEXT = 160, MOST_LINES = 400;
	const clean = (text, most = MOST_TEXT) => String(text || '').replace(/\s+/g, ' ').trim().slice(0, most);

	function roots(start) {
		const found = [start];
		for (let at = 0; at < found.length && found.length < 300; at++) {
			for (const element of found[at].querySelectorAll('*')) {
				if (element.shadowRoot) found.push(element.shadowRoot);
			}
		}
		return found;
	}

	function all(selector, start = document) {
		const found = [];
		for (const root of roots(start)) {
			try { found.push(...root.querySelectorAll(selector)); } catch { return found; }
		}
		return found;
	}

	const controlsOf = (form) => {
		const inside = all('input, select, textarea, [contenteditable=true]', form);
		const outside = form.id ? all('[form]').filter((each) => each.getAttribute('form') === form.id) : [];
		return [...new Set([...inside, ...outside])].slice(0, MOST_CONTROLS);
	};

	function onScreen(element) {
		const box = element.getBoundingClientRect();
		if (box.width < 2 || box.height < 2) return false;
		if (box.right + scrollX < 1 || box.bottom + scrollY < 1) return false;
		if (!element.checkVisibility || element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) {
			const style = getComputedStyle(element);
			return style.visibility !== 'hidden' && !/^inset\((?:50%|100%)|^rect\(0/.test(style.clipPath || '');
		}
		return false;
	}

	const label = (control) => {
		const said = [];
		for (const each of control.labels || []) said.push(each.innerText || each.textContent);
		const by = control.getAttribute('aria-labelledby');
		if (by) for (const id of by.split(/\s+/).slice(0, 4)) said.push(control.getRootNode().getElementById?.(id)?.textContent);
		said.push(control.getAttribute('aria-label'), control.title);
		if (!said.some((each) => clean(each))) {
			const around = control.closest('p, li, td, .field, .form-group, .form-row, fieldset, div');
			if (around && (around.innerText || '').length < 200) said.push(around.innerText);
		}
		return clean(said.filter(Boolean).join(' '));
	};

	const REQUIRED = /(?:^|[\s_-])(?:required|validates-as-required|is-required|is_required)(?:$|[\s])/;
	const FIELD = '.gfield, .wpforms-field, .ff-el-group, .frm_form_field, .forminator-field, .elementor-field-group, '
		+ '.nf-field-container, .form-group, .form-row, .grunion-field-wrap';
	const REQUIRED_FIELD = /gfield_contains_required|ff-el-is-required|frm_required_field|elementor-field-required|validate-required/;

	function required(control) {
		if (control.required || control.getAttribute('aria-required') === 'true') return true;
		if (REQUIRED.test(control.className || '') || /ff-el-is-required|wpforms-field-required/.test(control.className || '')) return true;
		const field = control.closest(FIELD);
		if (field && REQUIRED_FIELD.test(field.className + ' ' + (field.firstElementChild?.className || ''))) return true;
		const said = control.labels && control.labels[0];
		return !!said && control.type !== 'radio'
			&& (/\*\s*$/.test(said.textContent) || !!said.querySelector('.required, abbr[title], .wpforms-required-label, .frm_required'));
	}

	// Fields that only robots fill: out of a person's sight or reach, or asking to be left alone.
	function trap(control, said) {
		const named = `${control.name} ${control.id} ${control.className}`;
		if (/honey|(?:^|[\s_-])hp(?:$|[\s_-])|_hp_|ak_hp|bot-?field|no-?bot|anti-?spam|wpforms\[hp\]/i.test(named)) return true;
		if (/(?:leave|keep) (?:this|it|the)?\s*(?:field|input)?\s*(?:blank|empty)|should be left (?:unchanged|blank)|human, leave/i.test(said)) return true;
		return control.tabIndex < 0 && !!control.closest('[aria-hidden=true]');
	}

	function describe(control, index) {
		const said = label(control);
		const style = getComputedStyle(control);
		const seen = onScreen(control);
		const ticked = ['checkbox', 'radio', 'file'].includes(control.type);
		return {
			index, tag: control.tagName.toLowerCase(), type: (control.type || 'text').toLowerCase(),
			name: clean(control.name || control.id), id: clean(control.id), label: said,
			placeholder: clean(control.placeholder), autocomplete: clean(control.getAttribute('autocomplete'), 60),
			required: required(control), native: !!control.required && control.willValidate,
			pattern: String(control.pattern || '').slice(0, 300), min: clean(control.min, 40), max: clean(control.max, 40), step: clean(control.step, 20),
			minlength: control.minLength > 0 ? control.minLength : 0, maxlength: control.maxLength > 0 ? control.maxLength : 0,
			accept: clean(control.accept, 200), inputmode: clean(control.getAttribute('inputmode'), 20),
			multiple: !!control.multiple, readonly: !!control.readOnly, disabled: !!control.disabled || !!control.matches(':disabled'),
			// A ticked box may be drawn by its label alone.
			visible: seen || (ticked && control.type !== 'hidden' && [...(control.labels || [])].some(onScreen)),
			seen, trap: trap(control, said) || (style.opacity === '0' && !ticked),
			value: clean(control.value, 200), checked: !!control.checked, classes: clean(control.className, 200),
			options: control.tagName === 'SELECT' ? [...control.options].slice(0, MOST_OPTIONS).map((each) => ({
				value: String(each.value).slice(0, 200), text: clean(each.text, 80), disabled: each.disabled || !!each.parentElement.disabled,
			})) : [],
		};
	}

	const words = {
		send: /\b(?:send|submit|post|contact|enquir|inquir|request|apply|register|sign ?up|book|subscribe|absenden|senden|abschicken|anfrage|envoyer|soumettre|enviar|env[ií]a|invia|verstuur|verzend|versturen|wy[sś]lij|skicka|l[aä]het[aä]|odeslat|k[uü]ld[eé]s|g[oö]nder)/i,
		sendOther: /إرسال|ارسل|أرسل|שלח|отправить|надіслати|送信|提交|发送|보내기|υποβολή|αποστολή/,
		next: /\b(?:next|continue|weiter|suivant|siguiente|continuar|avanti|volgende|pr[oó]ximo|dalej|n[aä]sta|seuraava|dal[sš][ií]|tov[aá]bb|ileri)\b|التالي|متابعة|הבא|далее|次へ|下一步|다음/i,
		back: /\b(?:back|previous|prev|zur[uü]ck|pr[eé]c[eé]dent|anterior|indietro|vorige|wstecz|reset|clear|cancel|upload|browse|search|remove|add)\b|السابق/i,
	};
	const text = (button) => clean(button.innerText || button.value || button.getAttribute('aria-label') || button.title || button.alt, 80);

	function buttonsOf(form, next) {
		const own = [...all('button, input[type=submit], input[type=image], input[type=button], [role=button]', form),
			...(form.id ? all('button[form], input[form]').filter((each) => each.getAttribute('form') === form.id) : [])];
		const shown = own.filter((each) => onScreen(each));
		const onward = (each) => !words.back.test(text(each)) && ((next && matches(each, next)) || words.next.test(text(each)));
		const sends = (each) => each.type === 'submit' || each.type === 'image' || words.send.test(text(each)) || words.sendOther.test(text(each));
		const submit = shown.filter((each) => !onward(each) && sends(each) && !(words.back.test(text(each)) && each.type !== 'submit'));
		submit.sort((a, b) => (b.type === 'submit') - (a.type === 'submit'));
		return { submit: submit[0] || null, next: shown.find(onward) || null };
	}

	const matches = (element, selector) => { try { return !!selector && element.matches(selector); } catch { return false; } };

	const KNOWN = /wpcf7-form|wpforms-form|gform|frm-fluent-form|forminator|elementor-form|contact-form|nf-form|frm-show-form|fluentform/;

	function score(form, controls) {
		const named = `${form.id} ${form.className} ${form.getAttribute('action') || ''} ${form.getAttribute('role') || ''}`;
		if (/search/i.test(named) || controls.some((each) => each.type === 'search' || each.name === 's')) return -10;
		if (/checkout|cart|payment/i.test(named)) return -10;
		if (controls.some((each) => each.type === 'password')) return -5;
		let points = 0;
		const open = controls.filter((each) => !['hidden', 'submit', 'button', 'image', 'reset'].includes(each.type));
		if (!open.length) return -3;
		if (open.some((each) => each.tagName === 'TEXTAREA')) points += 3;
		if (open.some((each) => each.type === 'email' || /mail/i.test(each.name))) points += 3;
		if (open.some((each) => /name|phone|tel/i.test(each.name))) points += 1;
		if (open.some(required)) points += 1;
		if (KNOWN.test(named)) points += 4;
		if (/comment/i.test(named)) points -= 4;
		if ((form.getAttribute('method') || '').toLowerCase() === 'get' && !KNOWN.test(named)) points -= 2;
		return points;
	}

	const kit = { found: [], controls: [], form: null, lines: null };

	kit.find = (selector) => {
		const candidates = selector ? all(selector) : all('form, .nf-form-cont');
		kit.found = candidates.slice(0, MOST_FORMS);
		return {
			all: candidates.length,
			forms: kit.found.map((form, index) => {
				const controls = controlsOf(form);
				const visible = onScreen(form) || controls.some(onScreen);
				return { index, visible, controls: controls.length, score: score(form, controls) + (visible ? 2 : 0) };
			}).filter((each) => selector || each.score > 2).slice(0, MOST_FORMS),
			shadow: kit.found.some((each) => each.getRootNode() !== document),
		};
	};

	kit.take = (index) => {
		kit.form = kit.found[index];
		kit.form.setAttribute('data-aftercare-tried', '');
		return kit.facts();
	};

	kit.facts = () => {
		const form = kit.form;
		kit.controls = controlsOf(form);
		const real = form.tagName === 'FORM' ? form : form.querySelector('form');
		const host = (url) => { try { return new URL(url, document.baseURI).host; } catch { return ''; } };
		return {
			controls: kit.controls.map(describe), method: (real?.getAttribute('method') || 'get').toLowerCase(),
			action: real?.hasAttribute('action') ? String(real.getAttribute('action')).slice(0, 500) : '',
			goes: real?.getAttribute('action') ? host(real.getAttribute('action')) : location.host,
			scheme: real?.getAttribute('action') ? (() => { try { return new URL(real.getAttribute('action'), document.baseURI).protocol; } catch { return ''; } })() : location.protocol,
			native: !!real && !real.noValidate, shadow: form.getRootNode() !== document, lang: document.documentElement.lang || '',
			target: real?.getAttribute('target') || '',
		};
	};

	kit.stay = () => {
		// An answer in a new window would be read by nobody; a hidden frame of the page's own (Gravity Forms) is kept.
		const real = kit.form.tagName === 'FORM' ? kit.form : kit.form.querySelector('form');
		const name = real?.getAttribute('target') || '';
		if (name && name !== '_self' && !document.querySelector(`iframe[name="${CSS.escape(name)}"]`)) real.setAttribute('target', '_self');
	};

	// A field that is checked when it is left may move the button away from under a finger: leave it first.
	kit.leave = () => { const active = document.activeElement; if (active && active !== document.body) active.blur(); };

	kit.alive = () => !!kit.form && kit.form.isConnected;

	kit.button = (next, which) => {
		const buttons = buttonsOf(kit.form, next);
		return which === 'kind' ? (buttons.submit ? 'submit' : buttons.next ? 'next' : '') : buttons[which];
	};

	kit.pressable = (next) => {
		const button = buttonsOf(kit.form, next).submit;
		return button ? { text: text(button), disabled: !!button.disabled || button.getAttribute('aria-disabled') === 'true' } : null;
	};

	kit.set = (index, value) => {
		// For what takes no typing: date pickers, masks, sliders, colours.
		const control = kit.controls[index];
		if (control._flatpickr) { control._flatpickr.setDate(value, true); return control.value; }
		const kind = control.tagName === 'TEXTAREA' ? HTMLTextAreaElement : HTMLInputElement;
		Object.getOwnPropertyDescriptor(kind.prototype, 'value').set.call(control, value);
		for (const name of ['input', 'change', 'blur']) control.dispatchEvent(new Event(name, { bubbles: true }));
		return control.value;
	};

	kit.tick = (index) => {
		const control = kit.controls[index];
		if (!control.checked) (([...(control.labels || [])].find(onScreen)) || control).click();
		if (!control.checked) control.click();
		return control.checked;
	};

	kit.mismatch = (index) => {
		const state = kit.controls[index].validity;
		return !!state && (state.patternMismatch || state.tooShort || state.rangeUnderflow || state.rangeOverflow || state.stepMismatch || state.badInput || state.typeMismatch);
	};

	// What lies over the form: for each field and the button, whose element a finger would meet.
	kit.cover = (next) => {
		const button = buttonsOf(kit.form, next).submit;
		const points = [...kit.controls.filter((each) => onScreen(each) && each.type !== 'hidden'), ...(button ? [button] : [])];
		for (const each of points.slice(0, 12).concat(points.slice(12).slice(-1))) {
			each.scrollIntoView({ block: 'center', behavior: 'instant' });
			const box = each.getBoundingClientRect();
			let met = document.elementFromPoint(box.left + box.width / 2, box.top + Math.min(box.height / 2, 20));
			while (met?.shadowRoot) {
				const deeper = met.shadowRoot.elementFromPoint(box.left + box.width / 2, box.top + Math.min(box.height / 2, 20));
				if (!deeper || deeper === met) break;
				met = deeper;
			}
			if (!met || met === each || each.contains(met) || met.contains(each) || kit.form.contains(met)) continue;
			if ([...(each.labels || [])].some((own) => own === met || own.contains(met))) continue;
			if (met.contains(kit.form) || kit.form.getRootNode().host === met) continue;
			const layer = [...(function* () { for (let at = met; at && at !== document.body; at = at.parentElement) yield at; })()]
				.reverse().find((at) => !at.contains(kit.form)) || met;
			const other = met.closest('form') || layer.querySelector('form');
			const classes = clean(typeof layer.className === 'string' ? layer.className : '', 60);
			let goes = '';
			try { goes = other ? new URL(other.getAttribute('action') || '', document.baseURI).host : ''; } catch { goes = ''; }
			return {
				what: `<${layer.tagName.toLowerCase()}${layer.id ? ` id="${clean(layer.id, 40)}"` : ''}${classes ? ` class="${classes}"` : ''}>`,
				asks: !!other || !!layer.querySelector('input, textarea'), goes,
			};
		}
		return null;
	};

	const linesOf = () => {
		const found = [];
		for (const root of roots(document)) {
			const whole = root === document ? document.body?.innerText : [...root.children].map((each) => each.innerText || '').join('\n');
			for (const line of String(whole || '').slice(0, 200000).split('\n')) if (clean(line)) found.push(clean(line, 300));
		}
		return found;
	};

	kit.remember = (message) => {
		// The browser's own check says so by this event, before it shows its words.
		kit.refused = false;
		kit.form?.addEventListener('invalid', () => { kit.refused = true; }, { capture: true });
		kit.lines = new Set(linesOf());
		kit.messages = new Map(all(message).map((each) => [each, clean(each.innerText, 300)]));
		// What is written anew is new, though it may say the same: refused twice with the same words.
		kit.rewritten?.disconnect();
		kit.rewritten = new MutationObserver((changes) => {
			for (const [each, text] of kit.messages) {
				if (changes.some(({ target }) => each.contains(target))) { kit.messages.delete(each); kit.lines.delete(text); }
			}
		});
		for (const each of kit.messages.keys()) kit.rewritten.observe(each, { childList: true, characterData: true, subtree: true });
	};

	const NOT_VALID = '[aria-invalid=true], .wpcf7-not-valid, input.wpforms-error, textarea.wpforms-error, select.wpforms-error, .field-wrap.nf-error, .ff-el-is-error input, .ff-el-is-error textarea, '
		+ '.frm_blank_field input, .frm_blank_field textarea, .frm_invalid, .gfield_error input, .gfield_error textarea, .forminator-has_error input, '
		+ '.forminator-has_error textarea, .elementor-error input, .elementor-error textarea';
	const FIELD_ERROR = '.wpcf7-not-valid-tip, .wpforms-error:not(input):not(textarea):not(select), .nf-error-msg, .ff-el-is-error .error, .frm_error, .gfield_validation_message, '
		+ '.forminator-error-message, .elementor-message-danger, .invalid-feedback, .contact-form__input-error';

	const seen = (control) => onScreen(control) || [...(control.labels || [])].some(onScreen);

	// What a visitor sees now. `at` names the selectors of messages, thanks and refusals.
	kit.now = (at) => {
		const form = kit.form;
		const there = !!form && form.isConnected && (onScreen(form) || kit.controls.some((each) => each.isConnected && onScreen(each)));
		// A live region around the whole form (Ninja Forms) is no message.
		const messages = all(at.message).filter((each) => onScreen(each) && clean(each.innerText) && !each.querySelector('input, textarea')
			&& !(kit.messages && kit.messages.get(each) === clean(each.innerText, 300))).slice(0, 20);
		const lines = linesOf();
		const fresh = lines.filter((each) => !kit.lines?.has(each)).slice(0, MOST_LINES);
		const alive = kit.controls.filter((each) => each.isConnected);
		const real = form && (form.tagName === 'FORM' ? form : form.querySelector?.('form'));
		const native = !!real && real.isConnected && !real.noValidate && (kit.refused || !at.scripts)
			? alive.filter((each) => each.willValidate && each.matches(':invalid')) : [];
		const marked = there ? [...new Set(all(NOT_VALID, form).map((each) => (each.matches('input, select, textarea') ? each
			: each.querySelector('input, select, textarea'))).filter((each) => each && each.type !== 'hidden'))].slice(0, 60) : [];
		const active = (() => { let each = document.activeElement; while (each?.shadowRoot?.activeElement) each = each.shadowRoot.activeElement; return each; })();
		const tips = there ? all(FIELD_ERROR, form).filter((each) => onScreen(each) && clean(each.innerText)).slice(0, 30) : [];
		const described = marked.some((each) => (`${each.getAttribute('aria-describedby') || ''} ${each.getAttribute('aria-errormessage') || ''}`)
			.split(/\s+/).some((id) => id && clean(each.getRootNode().getElementById?.(id)?.textContent)));
		const alerting = all('[role=alert], [role=status], [aria-live=assertive], [aria-live=polite]')
			.some((each) => clean(each.textContent) && !each.querySelector('input, textarea') && !(kit.messages && kit.messages.get(each) === clean(each.innerText, 300))
				&& fresh.length > 0 && fresh.some((line) => clean(each.textContent, 3000).includes(line.slice(0, 60))));
		return {
			there, messages: messages.map((each) => ({
				text: clean(each.innerText, 300), thanks: matches(each, at.thanks) || !!each.closest(at.thanks), wrong: matches(each, at.wrong),
			})),
			tips: tips.map((each) => clean(each.innerText, 120)), fresh,
			invalid: [...new Set([...native, ...marked].filter((each) => each.name || each.id).map((each) => clean(each.name || each.id, 80)))].slice(0, 40),
			hidden: marked.filter((each) => !seen(each)).map((each) => clean(each.name || each.id, 80)).filter(Boolean).slice(0, 40),
			native: native.map((each) => ({ name: clean(each.name || each.id, 80), seen: seen(each), required: !!each.required && each.validity?.valueMissing })).slice(0, 40),
			aria: marked.some((each) => each.getAttribute('aria-invalid') === 'true'), described, alerting,
			focus: !!active && active !== document.body && (marked.includes(active) || native.includes(active) || messages.some((each) => each.contains(active))),
			busy: there && (/\b(?:submitting|loading|is-submitting|ff-loading|frm_loading_form)\b/.test(form.className || '')
				|| form.getAttribute('aria-busy') === 'true' || form.getAttribute('data-status') === 'submitting'),
			status: there ? (form.getAttribute('data-status') || '') : '',
			heading: clean(document.querySelector('h1')?.innerText || document.title, 200), ready: document.readyState !== 'loading', complete: document.readyState === 'complete',
		};
	};

	// What a picture is taken of: the form; the nearest block that holds it and the message; the message, once the form is gone.
	kit.picture = (words) => {
		const form = kit.form;
		const there = form && form.isConnected && onScreen(form);
		const holding = words ? all('p, div, section, article, h1, h2, h3, li, ul, main, span, output, body').filter((each) =>
			onScreen(each) && clean(each.innerText, 5000).includes(words.slice(0, 80))) : [];
		holding.sort((a, b) => a.innerText.length - b.innerText.length);
		const message = holding[0] || null;
		if (!there) return message;
		if (!message || form.contains(message)) return form;
		let around = form.parentElement;
		while (around && !around.contains(message)) around = around.parentElement;
		return around && around !== document.body && around.getBoundingClientRect().height < form.getBoundingClientRect().height + 500 ? around : form;
	};

	kit.banner = (selectors) => selectors.map((selector) => all(selector).find(onScreen)).find(Boolean) || null;

	// What may open a pop-up with a form in it: the likeliest first.
	kit.openers = () => all('a, button, [role=button], [data-toggle], [data-bs-toggle]').filter((each) => {
		if (!onScreen(each)) return false;
		const href = each.getAttribute('href') || '';
		return !href || href.startsWith('#') || /^javascript:/i.test(href) || each.hasAttribute('data-toggle') || each.hasAttribute('data-bs-toggle');
	}).map((each) => ({
		each, points: (/contact|kontakt|contatt|contacto|nous écrire|write to us|get in touch|enquir|inquir|quote|anfrage|message|call ?back|appointment|book|اتصل|تواصل|راسل/i.test(text(each)) ? 3 : 0)
			+ (/popup|pop-up|modal|dialog|lightbox|popmake/i.test(`${each.className} ${each.id} ${each.getAttribute('href')} ${each.getAttribute('data-toggle')} ${each.getAttribute('data-bs-toggle')} ${each.getAttribute('aria-haspopup')}`) ? 3 : 0)
			+ (/form/i.test(`${each.className} ${each.id} ${each.getAttribute('href')}`) ? 2 : 0),
	})).filter((each) => each.points > 0).sort((a, b) => b.points - a.points).slice(0, 5).map((each) => each.each);

	kit.opener = (index) => { const found = kit.openers(); return found[index] || null; };
	kit.element = () => kit.form;
	kit.control = (index) => kit.controls[index];
	kit.said = (most) => linesOf().slice(0, most);
	return kit;
})()
