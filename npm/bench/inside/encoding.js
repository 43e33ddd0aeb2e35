// The encoder alone in WebAssembly, beside a copy of what it writes.
const CHUNK_BYTES = 393_216; // as the package encodes them

/** Milliseconds for `bytes` bytes: encoded chunk by chunk, the same text copied chunk by chunk, and copied in one piece. */
export async function encoding(source, bytes, rounds) {
  const module = await WebAssembly.compile(source);
  const chunk = Math.min(CHUNK_BYTES, bytes);
  const times = Math.round(bytes / chunk);
  const [small, large] = [await prepared(module, chunk), await prepared(module, chunk * times)];
  const ways = { encode: () => small.encode(times), copyInCache: () => small.copy(times), copy: () => large.copy(1) };
  const samples = { encode: [], copyInCache: [], copy: [] };
  for (let round = -3; round < rounds; round++) {
    for (const [name, way] of Object.entries(ways)) {
      // Several at once, because some clocks tick slowly.
      const start = performance.now();
      for (let turn = 0; turn < 5; turn++) way();
      if (round >= 0) samples[name].push((performance.now() - start) / 5);
    }
  }
  return samples;
}

async function prepared(module, bytes) {
  const { exports } = await WebAssembly.instantiate(module);
  exports.prepare(bytes);
  return exports;
}
