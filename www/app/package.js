// The one place that knows where the package is served.
export const loadPackage = () => import("../kling-avatar/browser.js");
