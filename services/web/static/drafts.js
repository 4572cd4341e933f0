// What was typed into a form is kept in this tab until it was recorded: a sign-in that ran out, or a reload, costs nothing.
const here = `draft ${location.pathname} `;
const fields = (form) => [...form.elements].filter((one) => one.name && !['hidden', 'file', 'password', 'submit', 'button'].includes(one.type));
// Several forms of a page may be sent to one address: then a hidden field says which it is.
const hidden = (form, name) => form.elements[name]?.value ?? '';
const nameOf = (form) => [here + new URL(form.action).pathname, hidden(form, 'do'), hidden(form, 'about')].join(' ');

function keep(form) {
  const typed = fields(form).map((one) => (one.type === 'radio' || one.type === 'checkbox' ? one.checked : one.value));
  sessionStorage.setItem(nameOf(form), JSON.stringify(typed));
}

function restore(form) {
  const typed = JSON.parse(sessionStorage.getItem(nameOf(form)) ?? 'null');
  const mine = fields(form);
  if (!typed || typed.length !== mine.length) return;
  mine.forEach((one, at) => {
    if (typeof typed[at] === 'boolean') one.checked = typed[at];
    else one.value = typed[at];
  });
  for (let at = form.closest('details'); at; at = at.parentElement.closest('details')) at.open = true;
}

const recorded = document.querySelector('.said.good, [data-recorded]');
for (const form of document.querySelectorAll('form[data-draft]')) {
  if (recorded) sessionStorage.removeItem(nameOf(form));
  else restore(form);
}
// Said of a form that was sent without leaving the page.
document.addEventListener('recorded', ({ target }) => sessionStorage.removeItem(nameOf(target)));
document.addEventListener('input', ({ target }) => target.form?.matches('form[data-draft]') && keep(target.form));
