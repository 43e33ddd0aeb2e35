// How long the thread is blocked: a message to itself, answered as soon as the thread is free, all the time.

/** Runs `work` and resolves with the longest time between two beats, in milliseconds. */
export async function longestBlock(work) {
  const { port1, port2 } = new MessageChannel();
  let [last, longest, isOver] = [performance.now(), 0, false];
  const beat = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (!isOver) port2.postMessage(0);
  };
  port1.onmessage = beat;
  port2.postMessage(0);
  await work();
  isOver = true;
  beat();
  port1.close();
  return longest;
}
