// What was typed and not sent outlives the press of another button: this window keeps it.
'use strict';
(() => {
  const place = (f) => `${location.pathname}#${f.id}`;
  const fields = () => document.querySelectorAll('[data-keep]');
  const mate = (f) => f.form?.elements[f.dataset.keep];  // the version that was typed over

  fields().forEach((f) => {
    const [value, seen] = JSON.parse(sessionStorage.getItem(place(f)) || '[]');
    if (!value || value === f.value) return;
    f.value = value;
    if (mate(f)) mate(f).value = seen;
    const tab = document.getElementById(f.form.dataset.tab);
    if (tab) tab.checked = true;
    f.closest('details')?.setAttribute('open', '');
    f.insertAdjacentHTML('afterend', '<p class="stale-note panel-body" role="status">Not sent yet. This window has kept it.</p>');
  });
  addEventListener('pagehide', () => fields().forEach((f) => {
    if (f.form.sent || f.value === f.defaultValue) sessionStorage.removeItem(place(f));
    else sessionStorage.setItem(place(f), JSON.stringify([f.value, mate(f)?.value]));
  }));
})();
