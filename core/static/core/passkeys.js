// Passkeys: asks the browser's authenticator and sends its answer with the form (WebAuthn Level 2, 5.1).
'use strict';
(() => {
  const bytes = (s) => Uint8Array.from(atob(s.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
  const word = (b) => btoa(String.fromCharCode(...new Uint8Array(b))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
  const listed = (found) => (found || []).map((one) => ({...one, id: bytes(one.id)}));

  const said = (credential, names) => ({
    type: credential.type,
    id: credential.id,
    rawId: word(credential.rawId),
    response: Object.fromEntries(names.filter((name) => credential.response[name]).map((name) => [name, word(credential.response[name])])),
    clientExtensionResults: credential.getClientExtensionResults(),
  });

  const get = async ({publicKey}) => said(await navigator.credentials.get({publicKey: {
    ...publicKey, challenge: bytes(publicKey.challenge), allowCredentials: listed(publicKey.allowCredentials),
  }}), ['clientDataJSON', 'authenticatorData', 'signature', 'userHandle']);

  const create = async ({publicKey}, alone) => said(await navigator.credentials.create({publicKey: {
    ...publicKey,
    challenge: bytes(publicKey.challenge),
    user: {...publicKey.user, id: bytes(publicKey.user.id)},
    excludeCredentials: listed(publicKey.excludeCredentials),
    authenticatorSelection: {
      ...publicKey.authenticatorSelection,
      residentKey: alone ? 'required' : 'discouraged',
      requireResidentKey: alone,
      ...(alone ? {userVerification: 'required'} : {}),
    },
  }}), ['clientDataJSON', 'attestationObject']);

  const options = async (form) => {
    if (form.dataset.options) return JSON.parse(form.dataset.options);
    const reply = await fetch(form.dataset.from, {headers: {Accept: 'application/json'}});
    if (!reply.ok) throw new Error(reply.status);
    return (await reply.json()).request_options;
  };

  document.querySelectorAll('form[data-passkey]').forEach((form) => {
    const button = form.querySelector('button[data-action]'), alert = form.querySelector('[role="alert"][hidden]');
    if (!window.PublicKeyCredential) { alert.textContent = 'This browser has no passkeys.'; alert.hidden = false; return; }
    button.hidden = false;
    button.addEventListener('click', async () => {
      alert.hidden = true;
      try {
        const asked = await options(form);
        const answer = form.dataset.passkey === 'create' ? await create(asked, form.elements.passwordless.checked) : await get(asked);
        form.elements.credential.value = JSON.stringify(answer);
        form.submit();
      } catch (problem) {
        alert.textContent = problem.name === 'InvalidStateError' ? 'This device holds a passkey of yours already.' : 'Nothing was sent: no passkey was used. Try again, or another way.';
        alert.hidden = false;
      }
    });
  });
})();
