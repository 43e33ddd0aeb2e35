import { withChromium } from "../conformance/runtimes/browsers.mjs";
import { inPages } from "../conformance/runtimes/pages.mjs";
import { node } from "../conformance/runtimes/programs.mjs";
import { asGatewayTests } from "./conformance.mjs";

asGatewayTests({
  "a program": async (stand) => (await node()(stand))[""],
  "a page in Chromium": async (stand) => (await withChromium((visit) => inPages(stand, visit, ["page"]))).page,
});
