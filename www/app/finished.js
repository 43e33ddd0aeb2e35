/** Brings each video that has just been finished into this browser, so that it plays and is kept without the network. */
export function bringFinished(runs) {
  const asked = new WeakSet();
  runs.addEventListener("change", async ({ detail: run }) => {
    const { kind, client, video } = run.state;
    if (kind !== "done" || !client || run.blob || asked.has(video)) return;
    asked.add(video);
    try {
      run.hold(await client.download(video));
    } catch (error) {
      // Others play from their address, and can be downloaded from there later.
      if (run.origin?.inPage) run.fail(error);
    }
  });
}
