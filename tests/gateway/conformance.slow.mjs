import { withFirefox, withWebkit } from "../conformance/runtimes/browsers.mjs";
import { inPages } from "../conformance/runtimes/pages.mjs";
import { installRuntimes } from "../conformance/stand.mjs";
import { asGatewayTests } from "./conformance.mjs";

asGatewayTests({
  "a page in Firefox": async (stand) => (await withFirefox((visit) => inPages(stand, visit, ["page"]))).page,
  "a page in WebKit": async (stand) => (await withWebkit((visit) => inPages(stand, visit, ["page"]))).page,
}, installRuntimes);
