/** Whether the same request may succeed a little later, by the status of a server's answer (RFC 9110, section 15; RFC 6585). */
export function isTransientStatus(status: number): boolean {
  return [408, 425, 429].includes(status) || (status >= 500 && status !== 501);
}
