/**
 * Spells the word that labels of successive images make. The control classes of the sign-language alphabet act, whatever
 * their case: `space` adds a blank, `del` removes the last character, `nothing` adds nothing.
 */
export function spellWord(labels: readonly string[]): string {
  const letters: string[] = [];
  for (const label of labels) {
    const control = label.toLowerCase();
    if (control === 'nothing') continue;
    else if (control === 'del') letters.pop();
    else letters.push(control === 'space' ? ' ' : label);
  }
  return letters.join('');
}
