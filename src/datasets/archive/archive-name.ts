/** What archives are called: a file of such a name is one. */
export const ARCHIVE_NAME = /\.(?:zip|tar|tgz|tar\.gz)$/iu;

/** The name without the part that says that it is an archive. */
export function withoutArchiveSuffix(name: string): string {
  return name.replace(ARCHIVE_NAME, '');
}
