export { AvatarError } from "./error.js";
export { imageOrientation } from "./fit-orientation.js";
export { decodeImage, suggestCrop } from "./fit-picture.js";
export { fitImage } from "./fit-image.js";
export { decodeSound, fitSound } from "./fit-sound.js";
