/** `1 flow run`, `1,204 flow runs`; words of another plural give it. */
export function countText(count: number, what: string, many = `${what}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? what : many}`;
}
