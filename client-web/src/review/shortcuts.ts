// Letter shortcuts. They stay away from text fields, from open dialogs and from whatever the browser means by Ctrl and Alt,
// and can be switched off altogether (WCAG 2.1.4).
import { useEffect, useRef } from 'preact/hooks';

/** Key (`j`, `Enter`, `?`) or two of them in a row (`g q`) → what it does. */
export type Shortcuts = Record<string, () => void>;

const typing = 'input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]';
const sequenceMs = 1500;

export function useShortcuts(shortcuts: Shortcuts, enabled: boolean): void {
  const current = useRef(shortcuts);
  current.current = shortcuts;
  useEffect(() => {
    if (!enabled) return;
    let first = '';
    let at = 0;
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented)
        return;
      const inside = (selector: string) =>
        event.target instanceof Element && event.target.closest(selector) !== null;
      if (inside(typing) || document.querySelector('dialog[open]') !== null) return;
      // Enter and Space on a button are the button's.
      if (event.key === 'Enter' && inside('button, a, summary')) return;
      const key = letterOf(event);
      const pair = event.timeStamp - at < sequenceMs ? `${first} ${key}` : key;
      const run = current.current[pair] ?? current.current[key];
      first = key;
      at = event.timeStamp;
      if (run === undefined) return;
      event.preventDefault();
      first = '';
      run();
    };
    document.addEventListener('keydown', onKey);
    return () => {
      document.removeEventListener('keydown', onKey);
    };
  }, [enabled]);
}

// With a Korean layout the key J gives ㅓ; the position tells which letter is on the key.
function letterOf(event: KeyboardEvent): string {
  const [, letter] = /^Key([A-Z])$/.exec(event.code) ?? [];
  if (letter === undefined || event.key.length !== 1) return event.key;
  return event.shiftKey ? letter : letter.toLowerCase();
}
