// Parts that refresh in place, and clocks that run on. Everything works without this file.
'use strict';
(() => {
  const SLOWEST = 60, loads = new Date();
  const two = (n) => String(n).padStart(2, '0');
  const gap = '\u00a0';

  // Clocks: from the server's values, so a wrong clock in the reader's machine shifts nothing.
  const words = (s) => {
    s = Math.max(0, Math.floor(s));
    if (s < 3600) return `${Math.floor(s / 60)}:${two(s % 60)}`;
    if (s < 86400) return `${Math.floor(s / 3600)}${gap}h ${two(Math.floor(s % 3600 / 60))}${gap}min`;
    return `${Math.floor(s / 86400)}${gap}d ${Math.floor(s % 86400 / 3600)}${gap}h`;
  };
  const shown = (text) => {
    const n = text.match(/\d+/g)?.map(Number) || [0];
    if (text.includes(':')) return n[0] * 60 + n[1];
    return text.includes('d') ? n[0] * 86400 + (n[1] || 0) * 3600 : n[0] * 3600 + (n[1] || 0) * 60;
  };
  const tick = () => document.querySelectorAll('[data-clock]').forEach((el) => {
    if (el.began === undefined) { el.began = shown(el.textContent); el.since = Date.now(); }
    const passed = (Date.now() - el.since) / 1000;
    const next = words(el.dataset.clock === 'down' ? el.began - passed : el.began + passed);
    if (next !== el.textContent) el.textContent = next;
  });
  setInterval(tick, 1000);

  const note = (el, text) => {
    let line = el.querySelector(':scope > .stale-note');
    if (!text) { line?.remove(); return; }
    if (!line) { line = document.createElement('p'); line.className = 'stale-note panel-body'; line.setAttribute('role', 'status'); el.append(line); }
    line.textContent = text;
  };
  const clock = (d) => `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}:${two(d.getUTCSeconds())} UTC`;

  const put = (el, html) => {
    const held = document.activeElement, inside = el.contains(held);
    const mark = inside && (held.id ? `#${CSS.escape(held.id)}` : held.dataset.action ? `[data-action="${held.dataset.action}"]` : null);
    const open = [...el.querySelectorAll('details[open][id]')].map((d) => d.id);
    el.innerHTML = html;
    el.querySelectorAll('template[data-for]').forEach((t) => { const far = document.getElementById(t.dataset.for); if (far && far.innerHTML !== t.innerHTML) far.innerHTML = t.innerHTML; t.remove(); });
    open.forEach((id) => { const d = document.getElementById(id); if (d) d.open = true; });
    if (mark) el.querySelector(mark)?.focus({ preventScroll: true });
    el.classList.add('fresh');
  };
  // What is being read or typed does not move: new lines wait behind a button.
  const busy = (el) => {
    const held = document.activeElement;
    return (el.contains(held) && /INPUT|TEXTAREA|SELECT/.test(held.tagName)) || el.querySelector('form details[open], details.act[open], td input:checked') ||
      ('liveWait' in el.dataset && el.getBoundingClientRect().top < 0);
  };
  const offer = (el, html) => {
    let b = el.previousElementSibling;
    if (!b?.classList.contains('live-new')) {
      b = document.createElement('button'); b.type = 'button'; b.className = 'btn live-new'; el.before(b);
    }
    const count = (text) => (text.match(/data-entry/g) || []).length;
    const more = count(html) - count(el.innerHTML);
    b.textContent = more > 0 ? `Show ${more} new` : 'Show what is new';
    b.onclick = () => { put(el, html); el.last = html; b.remove(); };
  };

  let press = 0;  // one that has begun finds its button where it was
  addEventListener('pointerdown', () => { press = Date.now(); });

  const refresh = async (el) => {
    const slow = setTimeout(() => note(el, 'Still loading …'), 2000);
    try {
      const answer = await fetch(el.dataset.live, { headers: { 'X-Part': '1' }, credentials: 'same-origin', redirect: 'error' });
      if (!answer.ok) throw new Error(answer.status);
      const html = await answer.text();
      el.wait = Number(el.dataset.every); el.good = new Date();
      note(el, '');
      if (html !== el.last && Date.now() - press > 600) {
        if (el.last === undefined && html.trim() === el.innerHTML.trim()) el.last = html; else if (!busy(el)) { put(el, html); el.last = html; } else offer(el, html);
      }
    } catch {
      el.wait = Math.min((el.wait || 1) * 2, SLOWEST);
      note(el, `Updated ${clock(el.good || loads)}, not reachable since.`);
    } finally { clearTimeout(slow); el.at = Date.now() + el.wait * 1000; }
  };
  setInterval(() => {
    if (document.hidden) return;
    document.querySelectorAll('[data-live][data-every]').forEach((el) => {
      if (el.at === undefined) { el.wait = Number(el.dataset.every); el.at = Date.now() + el.wait * 1000; }
      if (el.wait && Date.now() >= el.at) { el.at = Infinity; refresh(el); }
    });
  }, 500);

  // A form that previews itself: data-preview names the part; its fields are posted, so that no address holds a text.
  document.querySelectorAll('form[data-preview]').forEach((form) => {
    let timer, latest;
    form.addEventListener('input', () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        const el = document.getElementById(form.dataset.preview);
        const asked = latest = new FormData(form);
        fetch(`?part=${form.dataset.preview}`, { method: 'POST', body: asked, credentials: 'same-origin', redirect: 'error' }).then((r) => r.ok && r.text()).then((html) => html && latest === asked && put(el, html)).catch(() => note(el, 'The preview is not reachable. Sending works without it.'));
      }, 300);
    });
  });
})();
