// A tap on the picture says which place is meant: into the two numbers of the form.
const sheet = document.getElementById('sheet');
const mark = document.getElementById('mark');
const how = document.getElementById('how');
const [x, y] = ['x', 'y'].map((name) => document.getElementById(name));
const WHOLE = 10000;
const show = () => {
  const { width, height } = mark.ownerSVGElement.viewBox.baseVal;
  mark.setAttribute('transform', `translate(${x.value / WHOLE * width} ${y.value / WHOLE * height})`);
  mark.setAttribute('visibility', 'visible');
  how.textContent = how.dataset.done;
};
if (sheet && mark && how && x && y) {
  how.hidden = false;
  sheet.classList.add('touch');
  if (x.value && y.value) show();
  sheet.addEventListener('click', (event) => {
    const field = sheet.querySelector('img').getBoundingClientRect();
    const part = (at, begins, whole) => Math.min(Math.max(Math.round((at - begins) / whole * WHOLE), 0), WHOLE);
    x.value = part(event.clientX, field.left, field.width);
    y.value = part(event.clientY, field.top, field.height);
    show();
  });
}
