/** `text` with the particle 으로 or 로, by its last syllable; what is not Hangul gets both, as forms print it. */
export function withRo(text: string): string {
  const spoken = text.replace(/[\s'"‘’“”]*(?:\([^)]*\))?[\s'"‘’“”]*$/u, '');
  const last = (spoken.codePointAt(spoken.length - 1) ?? 0) - 0xac00;
  if (last < 0 || last > 11_171) return `${text}(으)로`;
  const final = last % 28;
  const rieul = 8;
  return final === 0 || final === rieul ? `${text}로` : `${text}으로`;
}
