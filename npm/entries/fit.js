export { AvatarError } from "./error.js";
export { decodeImage, imageOrientation, suggestCrop } from "./fit-picture.js";
export { fitImage } from "./fit-image.js";
export { decodeSound, fitSound } from "./fit-sound.js";
