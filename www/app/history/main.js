import { History } from "./history.js";
import { setUpNotifications } from "./notify.js";
import { Shelf } from "./shelf.js";

/** The videos of this and earlier visits: kept, gone on with, listed, and told of when they are ready. */
export async function startHistory(parts) {
  const history = new History(parts);
  new Shelf({ ...parts, history });
  setUpNotifications(parts.runs, parts.actions);
  await history.start();
}
