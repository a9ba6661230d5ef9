// Runs beside the page: the microphone at 16 kHz, 20 ms at a time, as µ-law (ITU-T G.711).
// @ts-nocheck (the audio worklet's own globals)

const RATE = 16000;
const FRAME = 320;

function encode(sample) {
  let value = Math.max(-1, Math.min(1, sample)) * 32767;
  const sign = value < 0 ? 0x80 : 0;
  value = Math.min(Math.abs(value), 32635) + 132;
  const exponent = Math.floor(Math.log2(value)) - 7;
  const mantissa = (value >> (exponent + 3)) & 0x0f;
  return ~(sign | (exponent << 4) | mantissa) & 0xff;
}

class Microphone extends AudioWorkletProcessor {
  constructor() {
    super();
    this.step = sampleRate / RATE;
    this.at = 0;
    this.sum = 0;
    this.count = 0;
    this.frame = new Uint8Array(FRAME);
    this.filled = 0;
    this.loudest = 0;
  }

  process(inputs) {
    const input = inputs[0]?.[0];
    if (!input) return true;
    for (const sample of input) {
      this.sum += sample;
      this.count += 1;
      this.at += 1;
      if (this.at >= this.step) {
        this.at -= this.step;
        this.push(this.sum / this.count);
        this.sum = this.count = 0;
      }
    }
    return true;
  }

  push(sample) {
    this.loudest = Math.max(this.loudest, Math.abs(sample));
    this.frame[this.filled++] = encode(sample);
    if (this.filled < FRAME) return;
    this.port.postMessage({ frame: this.frame.slice(), level: this.loudest });
    this.filled = this.loudest = 0;
  }
}

registerProcessor("microphone", Microphone);
