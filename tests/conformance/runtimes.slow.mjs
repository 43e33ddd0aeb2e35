import { asTests } from "./as-tests.mjs";
import { firefoxPlaces } from "./runtimes/browsers.mjs";
import { installRuntimes } from "./stand.mjs";
import { SLOW } from "./targets.mjs";

asTests({ ...SLOW, Firefox: { ...SLOW.Firefox, places: firefoxPlaces() } }, installRuntimes);
