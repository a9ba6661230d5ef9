// @ts-check
/**
 * The audio thread of a call in the browser: microphone to µ-law at 16 kHz, µ-law at 16 kHz to the loudspeaker.
 *
 * In:  {audio: ArrayBuffer} to be played in order, {mark: string}, {clear: true}, {muted: boolean}, {end: true}.
 * Out: {frame: ArrayBuffer} of 20 ms, {level: number} from 0 to 1, {played: string} when a mark was reached.
 */

const RATE = 16000;
const FRAME = 320;
const HALF_WIDTH = 8; // zero crossings on each side of the interpolating filter
const PHASES = 128;
const SILENCE = 0xff;

/** Band-limited change of sampling rate, piece by piece. */
class Resampler {
  /** @param {number} from @param {number} to */
  constructor(from, to) {
    this.step = from / to;
    const cutoff = Math.min(1, to / from) * 0.94;
    this.reach = Math.ceil(HALF_WIDTH / cutoff);
    this.taps = 2 * this.reach;
    this.table = new Float32Array((PHASES + 1) * this.taps);
    for (let phase = 0; phase <= PHASES; phase += 1) {
      for (let tap = 0; tap < this.taps; tap += 1) {
        const distance = tap - this.reach + 1 - phase / PHASES;
        const x = Math.PI * distance * cutoff;
        const window = Math.abs(distance) < this.reach ? 0.5 + 0.5 * Math.cos((Math.PI * distance) / this.reach) : 0;
        this.table[phase * this.taps + tap] = (x === 0 ? 1 : Math.sin(x) / x) * cutoff * window;
      }
    }
    this.held = new Float32Array(this.taps);
    this.at = this.reach;
  }

  /** @param {Float32Array} input @returns {Float32Array} */
  push(input) {
    if (this.step === 1) return input.slice();
    const all = new Float32Array(this.held.length + input.length);
    all.set(this.held);
    all.set(input, this.held.length);
    /** @type {number[]} */
    const out = [];
    while (Math.floor(this.at) + this.reach < all.length) {
      const whole = Math.floor(this.at);
      const row = Math.round((this.at - whole) * PHASES) * this.taps;
      let sum = 0;
      for (let tap = 0; tap < this.taps; tap += 1) {
        sum += all[whole - this.reach + 1 + tap] * this.table[row + tap];
      }
      out.push(sum);
      this.at += this.step;
    }
    const keep = Math.max(0, Math.floor(this.at) - this.reach);
    this.held = all.slice(keep);
    this.at -= keep;
    return Float32Array.from(out);
  }
}

/** ITU-T G.711 µ-law. @param {number} value from -1 to 1 @returns {number} a byte */
function encode(value) {
  const sample = Math.max(-32635, Math.min(32635, Math.round(value * 32767)));
  const magnitude = Math.abs(sample) + 132;
  const exponent = Math.floor(Math.log2(magnitude)) - 7;
  return ~((sample < 0 ? 0x80 : 0) | (exponent << 4) | ((magnitude >> (exponent + 3)) & 15)) & 0xff;
}

const DECODED = Float32Array.from({ length: 256 }, (_, byte) => {
  const code = ~byte & 0xff;
  const magnitude = (((code & 15) << 3) + 132 << ((code >> 4) & 7)) - 132;
  return (code & 0x80 ? -magnitude : magnitude) / 32768;
});

class Line extends AudioWorkletProcessor {
  constructor() {
    super();
    this.up = new Resampler(RATE, sampleRate);
    this.down = new Resampler(sampleRate, RATE);
    /** @type {({samples: Float32Array, at: number} | {mark: string})[]} */
    this.queue = [];
    this.frame = new Uint8Array(FRAME);
    this.filled = 0;
    this.loudest = 0;
    this.muted = false;
    this.ended = false;
    this.port.onmessage = (event) => this.told(event.data);
  }

  /** @param {any} message */
  told(message) {
    if (message.audio) {
      const bytes = new Uint8Array(message.audio);
      this.queue.push({ samples: this.up.push(Float32Array.from(bytes, (byte) => DECODED[byte])), at: 0 });
    } else if (message.mark) {
      this.queue.push({ mark: message.mark });
    } else if (message.clear) {
      const marks = this.queue.filter((each) => "mark" in each);
      this.queue = [];
      for (const each of marks) if ("mark" in each) this.port.postMessage({ played: each.mark });
    } else if ("muted" in message) {
      this.muted = message.muted;
    } else if (message.end) {
      this.ended = true;
    }
  }

  /** @param {Float32Array[][]} inputs @param {Float32Array[][]} outputs @returns {boolean} */
  process(inputs, outputs) {
    const speaker = outputs[0][0];
    this.capture(inputs[0] && inputs[0][0], speaker.length);
    this.play(speaker);
    for (const other of outputs[0].slice(1)) other.set(speaker);
    return !this.ended;
  }

  /** A frame leaves every 20 ms, of silence where there is no microphone. @param {Float32Array|undefined} heard @param {number} length */
  capture(heard, length) {
    const samples = this.down.push(heard && !this.muted ? heard : new Float32Array(length));
    for (const sample of samples) {
      this.loudest = Math.max(this.loudest, Math.abs(sample));
      this.frame[this.filled] = sample === 0 ? SILENCE : encode(sample);
      this.filled += 1;
      if (this.filled === FRAME) {
        const whole = this.frame.buffer;
        this.port.postMessage({ frame: whole, level: this.loudest }, [whole]);
        this.frame = new Uint8Array(FRAME);
        this.filled = 0;
        this.loudest = 0;
      }
    }
  }

  /** @param {Float32Array} speaker */
  play(speaker) {
    let filled = 0;
    while (this.queue.length) {
      const next = this.queue[0];
      if ("mark" in next) {
        this.port.postMessage({ played: next.mark });
        this.queue.shift();
        continue;
      }
      if (filled === speaker.length) return;
      const taken = Math.min(speaker.length - filled, next.samples.length - next.at);
      speaker.set(next.samples.subarray(next.at, next.at + taken), filled);
      filled += taken;
      next.at += taken;
      if (next.at >= next.samples.length) this.queue.shift();
    }
  }
}

registerProcessor("ringfence-line", Line);
