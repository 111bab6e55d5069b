// Keys for what has a button or link anyway. Off inside fields; `keys = off` in local storage turns them off.
'use strict';
(() => {
  const box = (el) => /INPUT|TEXTAREA|SELECT/.test(el.tagName) || el.isContentEditable;
  const rows = () => [...document.querySelectorAll('[data-rows] tbody tr:not(.group-row)')].filter((r) => r.querySelector('a'));
  const go = { n: '/admin/', i: '/admin/incidents/incident/', s: '/admin/oncall/schedule/' };
  let armed = 0, at = -1;

  const move = (by) => {
    const all = rows();
    if (!all.length) return;
    at = Math.max(0, Math.min(all.length - 1, at + by));
    all[at].querySelector('a').focus();
    all[at].scrollIntoView({ block: 'nearest' });
  };
  document.addEventListener('keydown', (e) => {
    const el = e.target;
    if ((e.ctrlKey || e.metaKey) && e.key === 'Enter' && el.form) { e.preventDefault(); el.form.requestSubmit(); return; }
    if (e.key === 'Escape') { document.querySelectorAll('.account[open], .chips details[open]').forEach((d) => { d.open = false; d.firstElementChild.focus(); }); return; }
    if (e.ctrlKey || e.metaKey || e.altKey || box(el) || localStorage.getItem('keys') === 'off') return;
    if (Date.now() - armed < 1200 && go[e.key]) { location.href = go[e.key]; return; }
    armed = 0;
    if (e.key === 'g') { armed = Date.now(); return; }
    if (e.key === '/') { e.preventDefault(); document.getElementById('find')?.focus(); return; }
    if (e.key === 'j') { move(1); return; }
    if (e.key === 'k') { move(-1); return; }
    if (e.key === 'x') { rows()[at]?.querySelector('input[type=checkbox]')?.click(); return; }
    const named = [...document.querySelectorAll(`[data-key="${CSS.escape(e.key)}"]`)].find((x) => x.getClientRects().length || x.closest('details'));
    if (!named) return;
    e.preventDefault();
    const fold = named.closest('details:not([open])');
    if (fold && named.tagName !== 'SUMMARY' && !fold.classList.contains('account')) fold.open = true;
    if (box(named)) named.focus(); else named.click();
  });
  // A refused button answers a press by leading to the reasons.
  document.addEventListener('click', (e) => {
    const no = e.target.closest('[aria-disabled="true"]');
    if (no) { e.preventDefault(); const why = document.getElementById(no.getAttribute('aria-describedby')); why?.setAttribute('tabindex', '-1'); why?.focus(); }
    document.querySelectorAll('.account[open], .chips details[open]').forEach((d) => { if (!d.contains(e.target)) d.open = false; });
  });
  // Pressed once is enough: the second press of a double click is no second order.
  document.addEventListener('submit', (e) => {
    if (e.target.method !== 'post') return;
    if (e.target.sent) { e.preventDefault(); return; }
    e.target.sent = true;
    setTimeout(() => { e.target.sent = false; }, 5000);
  });
})();
