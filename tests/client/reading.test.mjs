// The module of servers reads files in Node.
import { AvatarClient } from "../../dist/node.js";
import { readingTests } from "./reading.mjs";

readingTests(AvatarClient);
