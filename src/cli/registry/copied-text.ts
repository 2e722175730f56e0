/** `Copying 42 %` */
export function copiedText(done: number, total: number): string {
  return `Copying ${total === 0 ? 100 : Math.floor((100 * done) / total)} %`;
}
