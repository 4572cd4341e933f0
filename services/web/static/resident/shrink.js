// Photos are made smaller on the phone: a long side of 1600 is what the eye needs, and a slow line can carry.
const LONG_SIDE = 1600;
export const shrunk = async (file) => {
  if (!file.type.startsWith('image/')) return file;
  try {
    const drawn = await createImageBitmap(file, { imageOrientation: 'from-image' });
    const scale = Math.min(1, LONG_SIDE / Math.max(drawn.width, drawn.height));
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(drawn.width * scale);
    canvas.height = Math.round(drawn.height * scale);
    canvas.getContext('2d').drawImage(drawn, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((done) => canvas.toBlob(done, 'image/jpeg', 0.82));
    const small = blob && (scale < 1 || blob.size < file.size || file.type !== 'image/jpeg');
    return small ? new File([blob], 'photo.jpg', { type: 'image/jpeg' }) : file;
  } catch { return file; }
};
// What the browser cannot draw, the server cannot either.
export const isPhoto = (file) => !window.createImageBitmap || createImageBitmap(file).then(() => true, () => false);
export const filled = (input, files) => {
  const kept = new DataTransfer();
  for (const one of files) kept.items.add(one);
  input.files = kept.files;
};
