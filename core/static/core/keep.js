// What was typed and not sent survives the press of another button: this window keeps it, and puts it back.
'use strict';
(() => {
  const place = (f) => `${location.pathname}#${f.id}`;
  const fields = () => document.querySelectorAll('[data-keep]');
  const mate = (f) => f.form?.elements[f.dataset.keep];  // the version that was typed over, where there is one

  fields().forEach((f) => {
    const [value, seen] = JSON.parse(sessionStorage.getItem(place(f)) || '[]');
    if (!value || value === f.value) return;
    f.value = value;
    if (mate(f)) mate(f).value = seen;
    const tab = document.getElementById(f.form.dataset.tab), fold = f.closest('details');
    if (tab) tab.checked = true;
    if (fold) fold.open = true;
    const note = document.createElement('p');
    note.className = 'stale-note panel-body';
    note.setAttribute('role', 'status');
    note.textContent = 'Not sent yet. This window has kept it.';
    f.after(note);
  });
  addEventListener('pagehide', () => fields().forEach((f) => {
    if (f.form.sent || f.value === f.defaultValue) sessionStorage.removeItem(place(f));
    else sessionStorage.setItem(place(f), JSON.stringify([f.value, mate(f)?.value]));
  }));
})();
