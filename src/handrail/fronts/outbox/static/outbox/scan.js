// Reads a card's square with the camera: the browser's own reader where it has one, else jsQR. A picture never leaves this module.

const EVERY_MS = 150;
let reader;

async function decoder() {
  if (reader) return reader;
  if ("BarcodeDetector" in globalThis && (await BarcodeDetector.getSupportedFormats()).includes("qr_code")) {
    const own = new BarcodeDetector({ formats: ["qr_code"] });
    reader = async (source) => (await own.detect(source))[0]?.rawValue ?? null;
  } else {
    await import("../ui/vendor/jsQR-1.4.0.js");
    reader = (source) => globalThis.jsQR(source.data, source.width, source.height)?.data ?? null;
  }
  return reader;
}

// What a square in this picture says; null where there is none.
export async function readPicture(picture) {
  return (await decoder())(picture);
}

// Watch through the camera until `found` is content with what was read; returns how to stop. Throws where there is no camera.
export async function watch(video, found) {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1280 } }, audio: false });
  video.srcObject = stream;
  await video.play();
  const sheet = new OffscreenCanvas(video.videoWidth, video.videoHeight);
  const context = sheet.getContext("2d", { willReadFrequently: true });
  const timer = setInterval(async () => {
    context.drawImage(video, 0, 0);
    const told = await readPicture(context.getImageData(0, 0, sheet.width, sheet.height));
    if (told && found(told)) stop();
  }, EVERY_MS);
  function stop() {
    clearInterval(timer);
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
  }
  return stop;
}
