// Listening on a port, with one clear line when it cannot be had.
import { Stop } from "./report.mjs";

/** Starts `server` and resolves with the port it has. `what` says what the port is for. */
export function listen(server, { port, host, what }) {
  return new Promise((resolve, reject) => {
    server.once("error", (error) => reject(refusal(error, { port, host, what })));
    server.listen(port, host, () => resolve(server.address().port));
  });
}

/** A clear line for why a port cannot be had, or the error itself. */
export function refusal(error, { port, host, what }) {
  switch (error?.code) {
    case "EADDRINUSE":
      return new Stop(`Port ${port} for ${what} is in use: stop the program that has it, or choose another port.`);
    case "EACCES":
      return new Stop(`Port ${port} for ${what} needs more permission: choose a port above 1023.`);
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return new Stop(`${host} is not an address of this machine.`);
    default:
      return error;
  }
}

/** The host to write in a URL for a server that listens on `host`. */
export function reachable(host) {
  if (host === "0.0.0.0" || host === "::") return "localhost";
  return host.includes(":") ? `[${host}]` : host;
}
