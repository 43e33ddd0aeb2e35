import { asTests } from "./as-tests.mjs";
import { installRuntimes } from "./stand.mjs";
import { SLOW } from "./targets.mjs";

asTests(SLOW, installRuntimes);
