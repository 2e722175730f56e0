/**
 * What came back of a request: as much of the web's `Response` as is read here, so that a client may give it without loading
 * `fetch`, which takes longer than anything else that a question about metadata needs.
 */
export type HttpReply = {
  readonly ok: boolean;
  readonly status: number;
  readonly statusText: string;
  readonly headers: HttpHeaders;
  readonly body: (AsyncIterable<Uint8Array> & { cancel(): Promise<void> }) | null;
  text(): Promise<string>;
};

/** Names of headers are told by their lower case; null: there is no such header. */
export type HttpHeaders = { get(name: string): string | null };
