// The link's secret stands behind '#', which browsers send to nobody: put it into the form, for a person to send.
// Nothing is sent by itself: chat applications look at links too, some of them with scripts.
const code = document.getElementById('code');
const take = () => {
  const secret = location.hash.slice(1);
  if (!secret) return;
  history.replaceState(null, '', location.pathname + location.search);
  code.value = secret;
  document.getElementById('typed').hidden = true;
  document.getElementById('ready').hidden = false;
  // The page in the other language is another page: the secret goes along as it came.
  document.querySelector('nav a[hreflang]').hash = secret;
};
take();
addEventListener('hashchange', take);
