import { asTests } from "./as-tests.mjs";
import { QUICK } from "./targets.mjs";

asTests(QUICK);
