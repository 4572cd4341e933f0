// Two taps on the plan are two corners of a room: into the four numbers of the form.
const plan = document.getElementById('plan');
const mark = document.querySelector('#frame rect');
const numbers = ['left', 'top', 'right', 'bottom'].map((name) => document.getElementById(name));
let first;
const draw = (one, other) => {
  const corners = [Math.min(one.x, other.x), Math.min(one.y, other.y), Math.max(one.x, other.x), Math.max(one.y, other.y)];
  numbers.forEach((field, at) => { field.value = corners[at].toFixed(1); });
  mark.setAttribute('x', corners[0]);
  mark.setAttribute('y', corners[1]);
  mark.setAttribute('width', Math.max(corners[2] - corners[0], 0.6));
  mark.setAttribute('height', Math.max(corners[3] - corners[1], 0.6));
};
plan?.addEventListener('click', (event) => {
  const field = plan.getBoundingClientRect();
  const point = {
    x: Math.min(Math.max((event.clientX - field.left) / field.width * 100, 0), 100),
    y: Math.min(Math.max((event.clientY - field.top) / field.height * 100, 0), 100),
  };
  draw(first ?? point, point);
  first = first ? undefined : point;
});
