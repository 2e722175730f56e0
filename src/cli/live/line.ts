/** A line in pieces, so that it can be cut to the terminal's width before it is coloured. */
export type Line = readonly Piece[];
export type Piece = { readonly text: string; readonly tone: Tone };
export type Tone = 'plain' | 'strong' | 'faint' | 'good' | 'bad' | 'busy';
