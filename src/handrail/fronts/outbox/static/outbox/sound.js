// The alarm's sound. A browser lets a page make none until somebody touches it, and again after each reload: until then the board
// says SOUND OFF. Armed means that the sound runs now and was tried in this shift.

import * as shift from "./shift.js";

const HIGH_HZ = 880;
const LOW_HZ = 660;
const LOUD = 0.6;
const NIGHT = 0.2;

let audio = null;
let triedIn = null;
let playing = null;
let night = localStorage.getItem("floor-night") === "yes";

export const isArmed = () => audio?.state === "running" && triedIn === shift.active();
export const isNight = () => night;
export const isPlaying = () => playing !== null;

// Arm: within a tap. Plays two notes, so that who taps hears that it works.
export async function arm() {
  audio ??= new AudioContext();
  await audio.resume();
  triedIn = shift.active();
  notes(0);
  navigator.wakeLock?.request("screen").catch(() => {});
}

export function setNight(is) {
  night = is;
  localStorage.setItem("floor-night", is ? "yes" : "no");
}

// Sound, or be still. In night mode softer, with the device shaking.
export function ring(is) {
  if (is === isPlaying()) return;
  const shake = (pattern) => { if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(pattern); };
  if (!is) { clearInterval(playing); playing = null; shake(0); return; }
  const once = () => { if (audio?.state === "running") notes(0); shake([400, 200, 400]); };
  once();
  playing = setInterval(once, 1_500);
}

function notes(at) {
  for (const [n, hertz] of [HIGH_HZ, LOW_HZ, HIGH_HZ].entries()) note(hertz, audio.currentTime + at + n * 0.25);
}

function note(hertz, at) {
  const wave = audio.createOscillator();
  const gain = audio.createGain();
  wave.frequency.value = hertz;
  gain.gain.setValueAtTime(night ? NIGHT : LOUD, at);
  gain.gain.exponentialRampToValueAtTime(0.001, at + 0.22);
  wave.connect(gain).connect(audio.destination);
  wave.start(at);
  wave.stop(at + 0.24);
}
