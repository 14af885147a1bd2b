// Leaving at once: what was typed is gone from the page before anything else, and Back does not lead here again.
const elsewhere = 'https://www.weather.go.kr/';
const wipingTime = 300; // ms that the worker gets to overwrite its secrets; its memory is gone in any case

/** Counts Esc: true at the third press within 1.5 s. A key that is held down is one press. */
export function tripleEscape(): (event: { key: string; repeat: boolean; timeStamp: number }) => boolean {
  let presses: number[] = [];
  return ({ key, repeat, timeStamp }) => {
    if (repeat) return false;
    if (key !== 'Escape') {
      presses = [];
      return false;
    }
    presses = [...presses.filter((at) => timeStamp - at <= 1500), timeStamp];
    return presses.length >= 3;
  };
}

/** Blanks the page with `clear`, wipes the worker, replaces this page by an everyday one. */
export function leave(clear: () => void, forget: () => Promise<void>, terminate: () => void): void {
  clear();
  void forget()
    .catch(() => undefined)
    .finally(terminate);
  setTimeout(terminate, wipingTime);
  location.replace(elsewhere);
}
