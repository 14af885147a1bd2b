/** Seconds up to the next 10, or beyond two minutes to the next 60: for an estimate that luck overrules anyway. */
export function roundedSeconds(seconds: number): number {
  const step = seconds > 120 ? 60 : 10;
  return Math.max(1, Math.ceil(seconds / step)) * step;
}
