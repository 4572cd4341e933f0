// The link's secret stands behind '#', which browsers do not send: put it into the form, and the form on its way.
function enter() {
  const secret = location.hash.slice(1);
  if (!secret) return;
  history.replaceState(null, '', location.pathname);
  document.getElementById('secret').value = secret;
  document.getElementById('ways').hidden = true;
  document.getElementById('wait').hidden = false;
  document.getElementById('form').submit();
}
enter();
// A link that is opened in the window where this page stands already.
addEventListener('hashchange', enter);
