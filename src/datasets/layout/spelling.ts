/**
 * Equal for names that people, and some file systems, take for the same: that differ only in case, or in how their letters are
 * composed (Unicode's NFC and NFD; archives packed on a Mac have the latter).
 */
export function spellingKey(name: string): string {
  return name.normalize('NFC').toLowerCase();
}
