/** Whether a path is called like an image and not hidden, as archivers' own files are. Its parts are joined by `/`. */
export function isImagePath(path: string): boolean {
  return IMAGE_NAME.test(path) && !isHidden(path);
}

/** What `sharp` may be able to read, and `bmp`, which we read ourselves. */
const IMAGE_NAME = /\.(?:jpe?g|png|webp|gif|tiff?|avif|bmp)$/iu;

/** Whether a path is hidden or an archiver's own. */
export function isHidden(path: string): boolean {
  return path.split('/').some((segment) => segment.startsWith('.') || segment === '__MACOSX');
}
