// The set-up link's secret stands behind '#', which browsers do not send: put it into the form.
const secret = location.hash.slice(1);
if (secret) {
  history.replaceState(null, '', location.pathname);
  document.getElementById('secret').value = secret;
  document.getElementById('typed').hidden = true;
}
